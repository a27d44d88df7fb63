using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json.Serialization;
using FluentValidation;
using MediatR;
using Ticketing.Application.Common;
using Ticketing.Domain;

namespace Ticketing.Application.Access.CreateKey;

/// <summary>Creates a key for a program.</summary>
/// <param name="Role" example="seller">What it may do: <c>seller</c>, <c>organizer</c> or <c>admin</c>.</param>
/// <param name="Name" example="shop">
/// Whose key it is, at most 64 letters, digits, spaces, dots, underscores and hyphens. Two keys of one name belong to the same caller: give out the new one, then
/// revoke the old one.
/// </param>
/// <param name="ExpiresAt">When it stops to work; without it, never.</param>
public sealed record CreateKeyCommand([property: Required] string Role, [property: Required] string Name, DateTimeOffset? ExpiresAt = null) : IRequest<CreatedKey>
{
    /// <summary>Who creates it.</summary>
    [JsonIgnore]
    public Actor Actor { get; init; } = new(null, "");
}

/// <summary>A new key.</summary>
/// <param name="KeyId">Its public part, by which it is listed and revoked.</param>
/// <param name="Key">The key. It is shown only now.</param>
/// <param name="Role">What it may do.</param>
/// <param name="Name">Whose key it is.</param>
/// <param name="CreatedAt">When it was created, UTC.</param>
/// <param name="ExpiresAt">When it stops to work, UTC; null for never.</param>
public sealed record CreatedKey(string KeyId, string Key, string Role, string Name, DateTime CreatedAt, DateTime? ExpiresAt);

internal sealed class CreateKeyValidator : AbstractValidator<CreateKeyCommand>
{
    public CreateKeyValidator(TimeProvider clock)
    {
        RuleFor(command => command.Role).Must(RoleNames.OfKeys.Contains).WithMessage($"Must be one of {string.Join(", ", RoleNames.OfKeys)}.");
        RuleFor(command => command.Name)
            .Matches($"^[A-Za-z0-9][A-Za-z0-9 ._-]{{0,{ApiKey.MaxNameLength - 1}}}\\z")
            .WithMessage($"Must have 1 to {ApiKey.MaxNameLength} letters, digits, spaces, dots, underscores and hyphens, and begin with a letter or a digit.");
        RuleFor(command => command.ExpiresAt).IsStorable()
            .Must(time => !(time <= clock.GetUtcNow())).WithMessage("Must be in the future.");
    }
}

internal sealed class CreateKeyHandler(IApiKeys keys, TimeProvider clock) : IRequestHandler<CreateKeyCommand, CreatedKey>
{
    public async Task<CreatedKey> Handle(CreateKeyCommand request, CancellationToken cancellationToken)
    {
        var text = ApiKeyText.Create();
        var key = new ApiKey(
            text.Id, SHA256.HashData(text.Secret), RoleNames.Parse(request.Role), request.Name, clock.GetUtcNow().UtcDateTime, request.ExpiresAt?.UtcDateTime);
        await keys.AddAsync(key, request.Actor, cancellationToken);
        return new(key.Id, text.Reveal(), request.Role, key.Name, key.CreatedAt, key.ExpiresAt);
    }
}
