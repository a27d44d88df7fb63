using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Infrastructure.Bookings.GroupCommit;

namespace Ticketing.UnitTests.Infrastructure;

/// <summary>Orders gather while a batch is written; the queue is bounded, and retires when it is idle.</summary>
public sealed class BookingQueueTests : IDisposable
{
    private static readonly AsyncLocal<string?> _request = new();

    private readonly Measured _measured = new();
    private readonly List<int[]> _batches = [];
    private readonly List<string?> _requestsOfWriter = [];
    private readonly SemaphoreSlim _mayWrite = new(0);
    private readonly TaskCompletionSource _firstBatch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private BookingQueue? _retired;

    [Fact]
    public async Task While_a_batch_is_written_the_next_one_gathers()
    {
        var queue = Begin(capacity: 100, maxBatchSize: 3);
        queue.TryEnqueue(Order(1)).Should().Be(EnqueueResult.Accepted);
        await _firstBatch.Task;
        foreach (var user in Enumerable.Range(2, 5))
        {
            queue.TryEnqueue(Order(user)).Should().Be(EnqueueResult.Accepted);
        }

        _mayWrite.Release(10);
        await queue.Writer!;

        _batches.Select(batch => string.Join(',', batch)).Should().Equal("1", "2,3,4", "5,6");
    }

    [Fact]
    public async Task A_queue_at_its_capacity_rejects_further_orders()
    {
        var queue = Begin(capacity: 2, maxBatchSize: 10);
        queue.TryEnqueue(Order(1));
        await _firstBatch.Task;

        queue.TryEnqueue(Order(2)).Should().Be(EnqueueResult.Accepted);
        queue.TryEnqueue(Order(3)).Should().Be(EnqueueResult.Accepted);
        queue.TryEnqueue(Order(4)).Should().Be(EnqueueResult.Full);

        _mayWrite.Release(10);
        await queue.Writer!;
        _batches.SelectMany(batch => batch).Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task An_idle_queue_retires_and_takes_nothing_more()
    {
        var queue = Begin(capacity: 2, maxBatchSize: 10);
        queue.TryEnqueue(Order(1));
        _mayWrite.Release(10);
        await queue.Writer!;

        _retired.Should().BeSameAs(queue);
        queue.TryEnqueue(Order(2)).Should().Be(EnqueueResult.Retired);
    }

    [Fact]
    public async Task An_order_cancelled_before_its_batch_begins_is_dropped_and_one_cancelled_later_is_booked()
    {
        using var early = new CancellationTokenSource();
        using var late = new CancellationTokenSource();
        var queue = Begin(capacity: 10, maxBatchSize: 10);
        var first = new PendingOrder(new BookTicketCommand(1, 7), TimeProvider.System, late.Token);
        var second = new PendingOrder(new BookTicketCommand(2, 7), TimeProvider.System, early.Token);
        queue.TryEnqueue(first);
        await _firstBatch.Task;
        queue.TryEnqueue(second);

        await late.CancelAsync();
        await early.CancelAsync();
        _mayWrite.Release(10);
        await queue.Writer!;

        (await first.Answer).Should().Be(new BookingOutcome.Booked(1));
        await FluentActions.Awaiting(() => second.Answer).Should().ThrowAsync<OperationCanceledException>();
        _batches.Should().ContainSingle();
    }

    [Fact]
    public async Task Orders_that_have_waited_long_enough_are_busy_although_a_batch_hangs()
    {
        var queue = Begin(capacity: 10, maxBatchSize: 10, patience: TimeSpan.FromMilliseconds(300));
        var (first, second, third) = (Order(1), Order(2), Order(3));
        queue.TryEnqueue(first);
        await _firstBatch.Task;
        queue.TryEnqueue(second);
        queue.TryEnqueue(third);

        (await second.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeOfType<BookingOutcome.Busy>();
        (await third.Answer.WaitAsync(TimeSpan.FromSeconds(30))).Should().BeOfType<BookingOutcome.Busy>();
        second.Waited.Should().BeGreaterThan(TimeSpan.FromMilliseconds(299));
        first.Answer.IsCompleted.Should().BeFalse("it is being written");
        _measured.QueueDepth.Should().Be(0);

        _mayWrite.Release(10);
        await queue.Writer!;
        (await first.Answer).Should().Be(new BookingOutcome.Booked(1));
        _batches.Should().ContainSingle("nobody is booked who was told 'busy'");
    }

    [Fact]
    public async Task Orders_that_wait_are_counted_and_those_that_are_written_are_not()
    {
        var queue = Begin(capacity: 10, maxBatchSize: 10);
        queue.TryEnqueue(Order(1));
        await _firstBatch.Task;
        queue.TryEnqueue(Order(2));
        queue.TryEnqueue(Order(3));
        _measured.QueueDepth.Should().Be(2);

        _mayWrite.Release(10);
        await queue.Writer!;

        _measured.QueueDepth.Should().Be(0);
    }

    [Fact]
    public async Task The_writer_does_not_inherit_the_context_of_the_first_request()
    {
        _request.Value = "the first buyer's";
        var queue = Begin(capacity: 10, maxBatchSize: 10);
        queue.TryEnqueue(Order(1));
        _mayWrite.Release(10);
        await queue.Writer!;

        _request.Value.Should().NotBeNull();
        _requestsOfWriter.Should().Equal([null]);
    }

    public void Dispose()
    {
        _measured.Dispose();
        _mayWrite.Dispose();
    }

    private static PendingOrder Order(int user) => new(new BookTicketCommand(user, 7), TimeProvider.System, CancellationToken.None);

    private BookingQueue Begin(int capacity, int maxBatchSize, TimeSpan? patience = null) => new(
        capacity, maxBatchSize, patience ?? TimeSpan.FromMinutes(1), TimeProvider.System, _measured.Metrics, WriteAsync, queue => _retired = queue);

    private async Task WriteAsync(List<Pending> batch)
    {
        _requestsOfWriter.Add(_request.Value);
        _batches.Add([.. batch.Select(UserOf)]);
        _firstBatch.TrySetResult();
        await _mayWrite.WaitAsync();
        batch.ForEach(order => order.Complete(new BookingOutcome.Booked(UserOf(order))));
    }

    private static int UserOf(Pending request) => ((PendingOrder)request).Order.UserId;
}
