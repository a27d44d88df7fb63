namespace Ticketing.Application.Faults;

/// <summary>
/// Something that goes wrong, on purpose and for a while, for those who learn to see it. It happens outside the way of an order, as it would at night: by a second client that
/// behaves badly. So an order meets what it would meet then, and nothing in its way knows that this is a lesson.
/// </summary>
public interface IFault
{
    /// <summary>Its name, such as <c>slow_database</c>.</summary>
    string Name { get; }

    /// <summary>Why it cannot be caused here, in words for those who can change it; null if it can.</summary>
    string? WhyUnavailable { get; }

    /// <summary>Causes it. Whatever happens, it is over after that time.</summary>
    /// <param name="length">For how long.</param>
    /// <param name="cancellationToken">Ends it early, where that can be.</param>
    Task CauseAsync(TimeSpan length, CancellationToken cancellationToken);
}
