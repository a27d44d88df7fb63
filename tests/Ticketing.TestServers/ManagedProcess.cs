using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ticketing.TestServers;

/// <summary>A program that was started by us, keeps its last output, and does not outlive us.</summary>
public sealed partial class ManagedProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int KeptLines = 200;

    // The same names, but not the same numbers everywhere.
    private static readonly int _sigStop = OperatingSystem.IsLinux() ? 19 : 17;
    private static readonly int _sigCont = OperatingSystem.IsLinux() ? 18 : 19;

    private static readonly ConcurrentDictionary<ManagedProcess, bool> _running = new();

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private int _written;

    /// <summary>
    /// One handler for all, and before any other: a test host has a tenth of a second to end, and whoever waited in there for one server to
    /// stop in good order would leave the next one running.
    /// </summary>
    static ManagedProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        foreach (var process in _running.Keys)
        {
            process.Kill();
        }
    };

    private ManagedProcess(Process process)
    {
        _process = process;
        _running.TryAdd(this, true);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>How much CPU it has used so far.</summary>
    public TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Its last lines, of both streams.</summary>
    public string Output => string.Join(Environment.NewLine, _lines);

    /// <summary>How many lines it has written, of which <see cref="Output"/> keeps the last.</summary>
    public int LinesWritten => _written;

    /// <summary>Waits until its output has <paramref name="text"/>: what a process writes is read a moment later than what it answers.</summary>
    public Task WritesAsync(string text) =>
        Eventually.HoldsAsync(() => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), TimeSpan.FromSeconds(30), () => Output);

    /// <summary>Waits until a server answers at <paramref name="address"/>, with any status.</summary>
    /// <param name="address">Where to ask.</param>
    /// <param name="name">The server's name, for the message.</param>
    /// <exception cref="InvalidOperationException">It ended, or did not answer within 20 s; the message has its output.</exception>
    public async Task AnswersAsync(Uri address, string name)
    {
        using var client = new HttpClient();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(address);
                return;
            }
            catch (HttpRequestException) when (DateTime.UtcNow < deadline && !HasExited)
            {
                await Task.Delay(20);
            }
            catch (HttpRequestException exception)
            {
                throw new InvalidOperationException($"{name} did not start:{Environment.NewLine}{Output}", exception);
            }
        }
    }

    public static ManagedProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingDirectory = null)
    {
        TestLength.ShouldNotBeFast(program);

        // In a session of its own, where there is that program: a Ctrl-C at the terminal is for us, and we end what we started in good order.
        var setsid = Find("setsid");
        var start = new ProcessStartInfo(setsid ?? program, setsid is null ? arguments : [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start };
        var managed = new ManagedProcess(process);
        process.OutputDataReceived += (_, line) => managed.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => managed.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return managed;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using var process = Start(program, arguments);
        await process.WaitForExitAsync(TimeSpan.FromMinutes(2));
        return process.ExitCode == 0
            ? process.Output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}:{Environment.NewLine}{process.Output}");
    }

    /// <summary>Where <paramref name="program"/> stands on the PATH, or in the folders for servers that a user's PATH may lack.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Concat(["/usr/sbin", "/usr/local/sbin", "/usr/bin"])
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    public async Task WaitForExitAsync(TimeSpan timeout)
    {
        using var patience = new CancellationTokenSource(timeout);
        await _process.WaitForExitAsync(patience.Token);
    }

    /// <summary>Asks it to end, as an orchestrator does.</summary>
    public void Terminate()
    {
        if (OperatingSystem.IsWindows())
        {
            Kill(); // there is no such request
        }
        else
        {
            Signal(SigTerm);
        }
    }

    /// <summary>Stops it where it is: its connections stay open, and nothing answers.</summary>
    public void Freeze() => Signal(_sigStop);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signal(_sigCont);

    /// <summary>Ends it at once, as a power cut does.</summary>
    public void Kill()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It was never started, or has ended meanwhile.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_running.TryRemove(this, out _))
        {
            return; // for the second time
        }

        if (!_process.HasExited)
        {
            Terminate();
            try
            {
                await WaitForExitAsync(TimeSpan.FromSeconds(20));
            }
            catch (OperationCanceledException)
            {
                Kill();
            }
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!OperatingSystem.IsWindows() && !_process.HasExited)
        {
            _ = SendSignal(_process.Id, signal);
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        Interlocked.Increment(ref _written);
        _lines.Enqueue(line);
        while (_lines.Count > KeptLines)
        {
            _lines.TryDequeue(out _);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);
}
