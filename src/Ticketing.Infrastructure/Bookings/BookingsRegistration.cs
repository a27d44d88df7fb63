using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Application.Bookings.ChangeBooking;
using Ticketing.Application.Events;
using Ticketing.Application.Events.SetReadOnly;
using Ticketing.Application.Races;
using Ticketing.Domain;
using Ticketing.Infrastructure.Bookings.Broker;
using Ticketing.Infrastructure.Bookings.GroupCommit;
using Ticketing.Infrastructure.Bookings.Races;
using Ticketing.Infrastructure.Bookings.Returns;
using Ticketing.Infrastructure.Bookings.Transactions;
using Ticketing.Infrastructure.Database;
using Ticketing.Infrastructure.Hosting;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Bookings;

/// <summary>The only place that knows which class implements which strategy.</summary>
internal static class BookingsRegistration
{
    public static void AddBookings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<BookingOptions>(BookingOptions.Section);
        services.AddSingleton<ContentionRetry>();
        services.AddSingleton<OrderTransactions>();
        services.AddSingleton<ReadOnlyMode>();
        services.AddSingleton<Maintenance>();
        services.AddSingleton<IMaintenance>(provider => provider.GetRequiredService<Maintenance>());
        services.AddHostedService(provider => provider.GetRequiredService<Maintenance>());
        services.AddSingleton<RaceRecorder>();
        services.AddSingleton<IRaceRecorder>(provider => provider.GetRequiredService<RaceRecorder>());
        services.AddSingleton<IInterceptor>(provider => provider.GetRequiredService<RaceRecorder>());
        services.AddSingleton<Admission>();
        services.AddSingleton<BookingCommit>();
        services.AddSingleton<IEventRepository, EventRepository>();
        services.AddSingleton<IEventLedger, EventLedger>();
        services.AddSingleton<IBatchDatabase>(provider => provider.GetRequiredService<DatabaseTarget>().Provider == DatabaseProvider.Sqlite
            ? ActivatorUtilities.CreateInstance<SqliteBatchDatabase>(provider)
            : ActivatorUtilities.CreateInstance<MariaDbBatchDatabase>(provider));
        services.AddSingleton<CommitLookup>();
        services.AddSingleton<BatchWriter>();
        services.AddSingleton<SharedWriter>();
        services.AddSingleton<BookingQueues>();
        services.AddSingleton<BatchedStrategy>();
        services.AddSingleton<BookedOrders>();
        services.AddSingleton<BookingChanges>();
        services.AddSingleton<IBookingChanges>(provider => provider.GetRequiredService<BookingChanges>());
        services.AddHostedService<HoldSweeper>();

        var hasRedis = configuration.HasRedis();
        if (hasRedis)
        {
            services.AddSingleton<OrderStreams>();
            services.AddSingleton<BrokerDatabase>();
            services.AddSingleton<OrderConsumers>();
            services.AddSingleton<OrderSender>();
            services.AddSingleton<QueuedStrategy>();
        }

        services.AddSingleton<IBookingStrategyProvider>(provider => new BookingStrategyProvider(
            strategy => Create(provider, strategy),
            (name, strategy) => ActivatorUtilities.CreateInstance<ObservedBookingStrategy>(provider, name, strategy),
            strategy => new RacedStrategy(strategy, provider.GetRequiredService<RaceRecorder>()),
            strategy => strategy.NeedsRedis() && !hasRedis
                ? $"'{strategy.Name()}' needs Redis: set ConnectionStrings__Redis, for example to localhost:6379."
                : null));
    }

    private static bool NeedsRedis(this BookingStrategy strategy) => strategy is BookingStrategy.DistributedLock or BookingStrategy.Queued;

    private static IBookingStrategy Create(IServiceProvider provider, BookingStrategy strategy) => strategy switch
    {
        BookingStrategy.Naive => provider.Limited<NaiveStrategy>(),
        BookingStrategy.ForUpdate => provider.Limited<ForUpdateStrategy>(),
        BookingStrategy.RowVersion => provider.Limited<RowVersionStrategy>(),
        BookingStrategy.AtomicUpdate => provider.Limited<AtomicUpdateStrategy>(),
        BookingStrategy.DistributedLock => provider.Limited<DistributedLockStrategy>(),

        // They look up keys in the transaction of the whole batch.
        BookingStrategy.Batched => provider.GetRequiredService<BatchedStrategy>(),
        BookingStrategy.Queued => provider.GetRequiredService<QueuedStrategy>(),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, null),
    };

    /// <summary>A strategy that knows neither due holds, nor keys, nor deadlines, with all three.</summary>
    private static TimeLimitedStrategy Limited<TStrategy>(this IServiceProvider provider)
        where TStrategy : IBookingStrategy =>
        ActivatorUtilities.CreateInstance<TimeLimitedStrategy>(
            provider,
            ActivatorUtilities.CreateInstance<IdempotentStrategy>(
                provider,
                ActivatorUtilities.CreateInstance<ReturningStrategy>(provider, ActivatorUtilities.CreateInstance<TStrategy>(provider))));
}
