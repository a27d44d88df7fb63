namespace Ticketing.Domain;

/// <summary>Tickets were to be taken that are not there: the caller did not ask <see cref="Event.Check"/> first.</summary>
/// <param name="available">What is left.</param>
/// <param name="quantity">What was to be taken.</param>
public sealed class NotEnoughTicketsException(int available, int quantity)
    : InvalidOperationException($"{quantity} tickets cannot be taken from {available}.")
{
    /// <summary>What is left.</summary>
    public int Available { get; } = available;

    /// <summary>What was to be taken.</summary>
    public int Quantity { get; } = quantity;
}
