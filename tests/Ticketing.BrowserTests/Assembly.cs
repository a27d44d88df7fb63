// One browser and two processors: tests that wait for each other's load would measure nothing but that.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
