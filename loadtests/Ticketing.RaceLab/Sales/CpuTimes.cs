using System.Diagnostics;
using Ticketing.RaceLab.Systems;

namespace Ticketing.RaceLab.Sales;

/// <summary>CPU used so far by each party of a measurement.</summary>
internal readonly record struct CpuTimes(TimeSpan Generator, TimeSpan? Api, TimeSpan? Database)
{
    public static CpuTimes Read(SystemUnderTest system)
    {
        using var self = Process.GetCurrentProcess();
        return new(self.TotalProcessorTime, system.CpuTime, system.DatabaseCpuTime);
    }

    public CpuShares Since(CpuTimes before, TimeSpan elapsed) =>
        new((Generator - before.Generator) / elapsed, (Api - before.Api) / elapsed, (Database - before.Database) / elapsed);
}
