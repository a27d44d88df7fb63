namespace Ticketing.TestServers;

/// <summary>A folder that is deleted with its contents.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ticketing-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A server that is still ending may write once more; the system's temporary folder is cleaned anyway.
        }
    }
}
