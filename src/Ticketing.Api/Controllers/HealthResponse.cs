namespace Ticketing.Api.Controllers;

/// <summary>A sign of life.</summary>
/// <param name="Status"><c>healthy</c>.</param>
public sealed record HealthResponse(string Status);
