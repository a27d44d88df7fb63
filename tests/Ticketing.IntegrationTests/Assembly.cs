// The tests load the machine on purpose; in parallel they would distort each other's measurements.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// It stops the shared servers after the last test.
[assembly: TestFramework("Ticketing.IntegrationTests.Hosting.TestRun", "Ticketing.IntegrationTests")]
