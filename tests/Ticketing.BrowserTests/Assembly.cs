// One browser and two processors: parallel tests would measure only each other's load.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
