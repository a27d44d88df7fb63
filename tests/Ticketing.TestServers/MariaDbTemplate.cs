using System.Globalization;

namespace Ticketing.TestServers;

/// <summary>
/// The data folder of a server that was never used. Making one takes seconds and copying it takes a moment, so it is made once for each
/// version of the server, and shared by all test projects.
/// </summary>
internal static class MariaDbTemplate
{
    private static readonly Lazy<Task<string>> _folder = new(PrepareAsync);

    public static async Task CopyToAsync(string folder) => await ManagedProcess.RunAsync("cp", "-a", await _folder.Value, folder);

    private static async Task<string> PrepareAsync()
    {
        var program = new FileInfo(MariaDbProcess.Find("mariadbd"));
        var root = Directory.CreateDirectory(Repository.File("tests", "Ticketing.TestServers", "obj", "mariadb")).FullName;
        var template = Path.Combine(root, string.Create(CultureInfo.InvariantCulture, $"{program.Length:x}-{program.LastWriteTimeUtc.Ticks:x}"));

        // The process that holds the file makes the folder; the others wait. The folder is renamed when it is complete.
        await using var turn = await TakeTurnAsync(Path.Combine(root, "lock"));
        if (!Directory.Exists(template))
        {
            var unfinished = template + ".unfinished";
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }

            await ManagedProcess.RunAsync(
                MariaDbProcess.Find("mariadb-install-db"),
                "--no-defaults", $"--datadir={unfinished}", "--auth-root-authentication-method=normal", "--skip-test-db", $"--user={Environment.UserName}");
            Directory.Move(unfinished, template);
        }

        return template;
    }

    private static async Task<FileStream> TakeTurnAsync(string file)
    {
        var deadline = DateTime.UtcNow.AddMinutes(2);
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
    }
}
