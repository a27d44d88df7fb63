// The tests load the machine on purpose; two at once would disturb each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
