using System.CommandLine;
using System.Data.Common;
using Spectre.Console;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>The commands, and how they report errors.</summary>
public static class LabCommandLine
{
    /// <summary>After Ctrl-C, what was sold is still verified and reported, which takes time.</summary>
    private static readonly TimeSpan _timeToFinish = TimeSpan.FromMinutes(10);

    private const int LogWidth = 200;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            AnsiConsole.Profile.Width = LogWidth; // a file needs no line breaks
        }

        var root = SaleCommand.Create();
        root.Subcommands.Add(LadderCommand.Create());
        root.Subcommands.Add(RatiosCommand.Create());
        root.Subcommands.Add(CapacityCommand.Create());
        root.Subcommands.Add(ResultsCommand.Create());

        var parsed = root.Parse(args);
        if (parsed.Errors is [var error, ..])
        {
            return Refuse(error.Message);
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = _timeToFinish });
        }
        catch (LabException exception)
        {
            return Refuse(exception.Message);
        }
        catch (Exception exception) when (exception is HttpRequestException or DbException)
        {
            return Refuse($"The system under test is unavailable: {exception.Message}");
        }
        catch (OperationCanceledException)
        {
            return Refuse("Stopped before anything was measured.");
        }
    }

    /// <summary>The command line to repeat the run, without the output folder.</summary>
    public static string Spell(ParseResult parsed)
    {
        var words = parsed.Tokens.Select(token => token.Value).ToList();
        if (words.IndexOf("--out") is >= 0 and var at)
        {
            words.RemoveRange(at, Math.Min(2, words.Count - at));
        }

        words.RemoveAll(word => word is "--update-readme" or "--update-page");
        return string.Join(' ', ["dotnet run -c Release --project loadtests/Ticketing.RaceLab", .. words.Count == 0 ? (string[])[] : ["--"], .. words.Select(Quote)]);
    }

    private static string Quote(string token) => token.Contains(' ', StringComparison.Ordinal) ? $"'{token}'" : token;

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return ExitCodes.CannotRun;
    }
}
