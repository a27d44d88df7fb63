// The tests load the machine on purpose; in parallel they would distort each other's measurements.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
