using MediatR;
using Ticketing.Application.Access;

namespace Ticketing.Application.Events.SetReadOnly;

/// <summary>Whether orders are taken.</summary>
/// <param name="ReadOnly" example="true">True: every order and every extension of a hold is answered <c>paused</c>.</param>
public sealed record MaintenanceState([property: System.ComponentModel.DataAnnotations.Required] bool ReadOnly);

/// <summary>Stops taking orders for maintenance, or takes them again.</summary>
/// <param name="State">What to do.</param>
/// <param name="Actor">Who does it.</param>
public sealed record SetReadOnlyCommand(MaintenanceState State, Actor Actor) : IRequest<MaintenanceState>;

/// <summary>Whether orders are taken.</summary>
public sealed record GetMaintenanceQuery : IRequest<MaintenanceState>;

internal sealed class MaintenanceHandler(IMaintenance maintenance) : IRequestHandler<SetReadOnlyCommand, MaintenanceState>, IRequestHandler<GetMaintenanceQuery, MaintenanceState>
{
    public async Task<MaintenanceState> Handle(SetReadOnlyCommand request, CancellationToken cancellationToken)
    {
        await maintenance.SetReadOnlyAsync(request.State.ReadOnly, request.Actor, cancellationToken);
        return request.State;
    }

    public async Task<MaintenanceState> Handle(GetMaintenanceQuery request, CancellationToken cancellationToken) => new(await maintenance.ReadAsync(cancellationToken));
}

/// <summary>Whether orders are taken: kept in the database, and known to every server within two seconds.</summary>
public interface IMaintenance
{
    /// <summary>Whether no orders are taken, as this server knows.</summary>
    bool IsReadOnly { get; }

    /// <summary>Whether the database says that no orders are taken. This server knows it from then on.</summary>
    Task<bool> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Stops taking orders, or takes them again. At once here, within two seconds on the other servers.</summary>
    /// <param name="readOnly">True to stop.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Ends when the client disconnects.</param>
    Task SetReadOnlyAsync(bool readOnly, Actor actor, CancellationToken cancellationToken);
}
