// The tests load the machine on purpose; two at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
