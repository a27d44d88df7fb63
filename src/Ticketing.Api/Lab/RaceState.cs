using Ticketing.Application.Races;
using Ticketing.Domain;

namespace Ticketing.Api.Lab;

/// <summary>A race as it is now.</summary>
/// <param name="RaceId" example="1">The race's id.</param>
/// <param name="Status">Whether it runs, and how it has ended.</param>
/// <param name="StartedAt">When it was started.</param>
/// <param name="Settings">What was asked for, and what was not asked for, as it is.</param>
/// <param name="Lanes">The strategies, in the order in which they race.</param>
public sealed record RaceState(int RaceId, RaceStatus Status, DateTimeOffset StartedAt, RaceSettings Settings, IReadOnlyList<LaneState> Lanes);

/// <summary>One strategy in a race.</summary>
/// <param name="Strategy">The strategy.</param>
/// <param name="EventId" example="7">Its event; null until it is set up.</param>
/// <param name="Asked">Buyers who have ordered.</param>
/// <param name="Answered">Buyers who were answered.</param>
/// <param name="Bookings">Buyers who were told that they have booked.</param>
/// <param name="Sold">Tickets that they were told of.</param>
/// <param name="Refused">Buyers who were told that there are not enough tickets.</param>
/// <param name="Busy">Buyers who were told that there are too many of them.</param>
/// <param name="Failed">Buyers who had another answer, or none.</param>
/// <param name="Seconds">Time since the first order, until the last answer.</param>
/// <param name="P50Ms">Half of the answers took at most so long, in milliseconds; null before the first.</param>
/// <param name="P95Ms">95 % of the answers took at most so long, in milliseconds; null before the first.</param>
/// <param name="PointsFrom">How many points were left out before the first of <paramref name="Points"/>.</param>
/// <param name="Points">The tickets that were left after an answer, by what the buyers were told: pairs of seconds and tickets.</param>
/// <param name="Counted">What the database holds, counted when the race was over; null until then.</param>
public sealed record LaneState(
    BookingStrategy Strategy,
    int? EventId,
    int Asked,
    int Answered,
    int Bookings,
    int Sold,
    int Refused,
    int Busy,
    int Failed,
    double Seconds,
    double? P50Ms,
    double? P95Ms,
    int PointsFrom,
    IReadOnlyList<double[]> Points,
    EventCount? Counted);

/// <summary>Where a race is in its life.</summary>
public enum RaceStatus
{
    /// <summary>It runs.</summary>
    Running,

    /// <summary>Every buyer was answered.</summary>
    Finished,

    /// <summary>It was ended early, by somebody or because the server stops.</summary>
    Stopped,

    /// <summary>It could not go on, such as without the database.</summary>
    Failed,
}
