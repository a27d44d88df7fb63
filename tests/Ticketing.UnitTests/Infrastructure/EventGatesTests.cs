using Ticketing.Infrastructure.Bookings;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Orders of one event pass one at a time, and those of other events are not in their way.</summary>
public sealed class EventGatesTests
{
    private readonly EventGates _gates = new(capacity: 2);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 65)]
    public void Two_events_never_share_a_gate(int first, int second)
    {
        _gates.Join(first)!.Wait(0).Should().BeTrue();
        _gates.Join(second)!.Wait(0).Should().BeTrue();
    }

    [Fact]
    public void Orders_of_one_event_pass_one_at_a_time_and_only_so_many_may_wait()
    {
        var gate = _gates.Join(1)!;
        gate.Wait(0).Should().BeTrue();

        var waiting = _gates.Join(1);
        waiting.Should().BeSameAs(gate);
        waiting!.Wait(0).Should().BeFalse("another order is under way");
        _gates.Join(1).Should().BeNull("two are there already");

        gate.Release();
        _gates.Leave(1, gate);
        waiting.Wait(0).Should().BeTrue();
        _gates.Join(1).Should().NotBeNull("one has gone");
    }

    [Fact]
    public void A_gate_that_nobody_uses_is_taken_down()
    {
        var gate = _gates.Join(1)!;
        _gates.Leave(1, gate);
        _gates.Join(1).Should().NotBeSameAs(gate);
    }
}
