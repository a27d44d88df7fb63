using System.Runtime.InteropServices;

namespace Ticketing.RaceLab.Systems;

/// <summary>The machine that figures depend on.</summary>
public static class Machine
{
    public static string Description { get; } =
        $"{Environment.ProcessorCount} × {Processor()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024 / 1024 / 1024} GB, {RuntimeInformation.OSDescription}";

    /// <summary>The kind of file system that holds a path: a figure from tmpfs says nothing about a disk.</summary>
    public static string FileSystemOf(string path)
    {
        try
        {
            var full = Path.GetFullPath(path);
            var drive = DriveInfo.GetDrives()
                .Where(drive => full.StartsWith(drive.Name, StringComparison.Ordinal))
                .MaxBy(drive => drive.Name.Length);
            return drive?.DriveFormat ?? "an unknown file system";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "an unknown file system";
        }
    }

    private static string Processor()
    {
        const string linux = "/proc/cpuinfo";
        var model = File.Exists(linux)
            ? File.ReadLines(linux).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim()
            : null;
        return model ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
