using System.Collections.Concurrent;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Ticketing.IntegrationTests.Hosting;

/// <summary>
/// The servers of the whole test run, stopped after its last test: at the exit of the process there is no time left to delete what a
/// database has written.
/// </summary>
internal static class SharedServers
{
    private static readonly ConcurrentStack<IAsyncDisposable> _servers = new();

    public static T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Push(server);
        return server;
    }

    public static async Task StopAsync()
    {
        while (_servers.TryPop(out var server))
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>xunit's own way to run an assembly, with an end to it; xunit 2 has no fixture for a whole assembly.</summary>
public sealed class TestRun(IMessageSink messages) : XunitTestFramework(messages)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override async void RunTestCases(
            IEnumerable<IXunitTestCase> testCases, IMessageSink executionMessageSink, ITestFrameworkExecutionOptions executionOptions)
        {
            using var runner = new Runner(TestAssembly, testCases, DiagnosticMessageSink, executionMessageSink, executionOptions);
            await runner.RunAsync();
        }
    }

    private sealed class Runner(
        ITestAssembly assembly,
        IEnumerable<IXunitTestCase> cases,
        IMessageSink diagnostics,
        IMessageSink messages,
        ITestFrameworkExecutionOptions options) : XunitTestAssemblyRunner(assembly, cases, diagnostics, messages, options)
    {
        protected override async Task BeforeTestAssemblyFinishedAsync()
        {
            await SharedServers.StopAsync();
            await base.BeforeTestAssemblyFinishedAsync();
        }
    }
}
