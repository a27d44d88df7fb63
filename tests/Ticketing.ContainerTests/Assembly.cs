// One stack for all tests, and some of them stop parts of it.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
