using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>Runs the program, and reports in one line why it cannot start.</summary>
internal static class ExitCode
{
    private const int Success = 0;
    private const int CannotStart = 1;

    public static async Task<int> OfAsync(Func<Task> program)
    {
        try
        {
            await program();
            return Success;
        }
        catch (Exception exception) when (Explain(exception) is { } line)
        {
            Console.Error.WriteLine($"Cannot start. {line}");
            return CannotStart;
        }
    }

    /// <summary>Null for errors that an operator cannot fix: these are reported with their stack trace.</summary>
    private static string? Explain(Exception exception) => exception switch
    {
        InvalidSettingException or OptionsValidationException or DatabaseNotReadyException or UnsupportedDatabaseException => exception.Message,

        // The configuration binder's: "Failed to convert configuration value 'x' at 'Database:Pooling' to type …"
        InvalidOperationException when exception.Source == "Microsoft.Extensions.Configuration.Binder" => exception.Message,
        InvalidDataException or FormatException when exception.Source?.StartsWith("Microsoft.Extensions.Configuration", StringComparison.Ordinal) == true =>
            exception.Message,

        IOException when exception.GetBaseException() is SocketException => $"{exception.Message} Choose another address with --urls http://localhost:8001",
        _ => null,
    };
}
