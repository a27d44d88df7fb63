// The tests load the machine on purpose; two at once would measure each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

// It stops the shared servers after the last test.
[assembly: TestFramework("Ticketing.IntegrationTests.Hosting.TestRun", "Ticketing.IntegrationTests")]
