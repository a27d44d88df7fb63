namespace Ticketing.Infrastructure.Bookings;

/// <summary>A gate for each event through which one order of this process passes at a time. Gates without orders cost nothing.</summary>
/// <param name="capacity">How many orders may be at one gate.</param>
internal sealed class EventGates(int capacity)
{
    private readonly Dictionary<int, Gate> _gates = [];

    /// <summary>Comes to the event's gate, to wait there.</summary>
    /// <returns>The gate; null if too many are there.</returns>
    public Gate? Join(int eventId)
    {
        lock (_gates)
        {
            if (!_gates.TryGetValue(eventId, out var gate))
            {
                _gates[eventId] = gate = new Gate();
            }

            return gate.Orders < capacity ? gate.Add(1) : null;
        }
    }

    /// <summary>Goes away from the gate, which the last one takes down.</summary>
    public void Leave(int eventId, Gate gate)
    {
        lock (_gates)
        {
            if (gate.Add(-1).Orders == 0)
            {
                _gates.Remove(eventId);
                gate.Dispose();
            }
        }
    }

    /// <summary>A semaphore, and the number of orders that use it.</summary>
    internal sealed class Gate() : SemaphoreSlim(1, 1)
    {
        public int Orders { get; private set; }

        public Gate Add(int orders)
        {
            Orders += orders;
            return this;
        }
    }
}
