using Ticketing.Domain;

namespace Ticketing.Application.Races;

/// <summary>Records what the buyers of a race do, step by step, for those who want to see how it was lost.</summary>
public interface IRaceRecorder
{
    /// <summary>Begins to record the orders for an event. Of sales, nothing is recorded.</summary>
    IRaceRecording Begin(int eventId);
}

/// <summary>Which steps are asked for.</summary>
public sealed record RaceStepsQuery
{
    /// <summary>The strategy.</summary>
    public string Strategy { get; init; } = BookingStrategy.Naive.Name();
}

/// <summary>What was recorded of one event. Disposing of it ends the recording, and keeps it.</summary>
public interface IRaceRecording : IDisposable
{
    /// <summary>What has been recorded until now.</summary>
    RaceSteps Read();
}

/// <summary>The steps of the buyers of one event.</summary>
/// <param name="Statements">The different SQL texts, as they were sent. Steps refer to them by their place.</param>
/// <param name="Buyers">Those who were answered, in the order of their answers.</param>
public sealed record RaceSteps(IReadOnlyList<string> Statements, IReadOnlyList<BuyerSteps> Buyers);

/// <summary>What one buyer's order went through.</summary>
/// <param name="UserId">The buyer.</param>
/// <param name="FromMs">When the strategy got the order, in milliseconds since the recording began.</param>
/// <param name="ToMs">When it was decided.</param>
/// <param name="Outcome">What the buyer was told: <c>booked</c>, <c>refused</c>, <c>busy</c> or <c>failed</c>.</param>
/// <param name="Steps">In their order. Where none is, the order waited.</param>
public sealed record BuyerSteps(int UserId, double FromMs, double ToMs, string Outcome, IReadOnlyList<RaceStep> Steps);

/// <summary>A statement that was carried out, or a batch that was written.</summary>
/// <param name="FromMs">When it was sent, in milliseconds since the recording began.</param>
/// <param name="ToMs">When it was answered.</param>
/// <param name="Statement">Its text; null for a batch.</param>
/// <param name="Saw">The tickets that were left, for the step that decided; null for others.</param>
/// <param name="Batch">For a batch: how many orders it decided.</param>
public sealed record RaceStep(double FromMs, double ToMs, int? Statement, int? Saw, int? Batch);
