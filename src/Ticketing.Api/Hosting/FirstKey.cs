using FluentValidation;
using MediatR;
using Ticketing.Application.Access;
using Ticketing.Application.Access.CreateKey;
using Ticketing.Domain;
using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Hosting;

/// <summary>Creates a key from the command line: the first one, which no key can create.</summary>
internal static class FirstKey
{
    private const string Name = "command line";

    /// <summary>Prints the key, and nothing else, to the standard output.</summary>
    /// <exception cref="InvalidSettingException">There is no such role.</exception>
    public static async Task CreateKeyAsync(this WebApplication app, string? role)
    {
        var command = new CreateKeyCommand(role ?? "", Name) { Actor = new(new Caller(Role.Admin, Name), "") };
        if (app.Services.GetRequiredService<IValidator<CreateKeyCommand>>().Validate(command).Errors is [var error, ..])
        {
            throw new InvalidSettingException("--create-key", error.ErrorMessage);
        }

        await app.PrepareDatabaseAsync();
        var created = await app.Services.GetRequiredService<IMediator>().Send(command);
        Console.WriteLine(created.Key);
    }
}
