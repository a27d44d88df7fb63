using System.CommandLine;
using Spectre.Console;

namespace Ticketing.RaceLab.CommandLine;

/// <summary>The commands, and how their errors end.</summary>
public static class LabCommandLine
{
    /// <summary>After Ctrl-C what was sold is still verified and reported, which takes its time.</summary>
    private static readonly TimeSpan _timeToFinish = TimeSpan.FromMinutes(10);

    private const int LogWidth = 200;

    public static async Task<int> RunAsync(string[] args)
    {
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            AnsiConsole.Profile.Width = LogWidth; // a file has no edge to wrap at
        }

        var root = SaleCommand.Create();
        root.Subcommands.Add(LadderCommand.Create());
        root.Subcommands.Add(RatiosCommand.Create());

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
        catch (OperationCanceledException)
        {
            return Refuse("Stopped before anything was measured.");
        }
    }

    /// <summary>The command as it can be repeated.</summary>
    public static string Spell(ParseResult parsed) =>
        string.Join(' ', ["dotnet run -c Release --project loadtests/Ticketing.RaceLab", .. parsed.Tokens.Count == 0 ? (string[])[] : ["--"], .. parsed.Tokens.Select(token => Quote(token.Value))]);

    private static string Quote(string token) => token.Contains(' ', StringComparison.Ordinal) ? $"'{token}'" : token;

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return ExitCodes.CannotRun;
    }
}
