using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Bookings;
using Ticketing.Domain;
using Ticketing.Infrastructure.Concurrency.Batching;
using Ticketing.Infrastructure.Redis;

namespace Ticketing.Infrastructure.Concurrency;

/// <summary>The one place that knows which class implements which strategy.</summary>
internal static class StrategyRegistration
{
    public static void AddBookingStrategies(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<BookingOptions>(BookingOptions.Section);
        services.AddSingleton<ContentionRetry>();
        services.AddSingleton<BookingCommit>();
        services.AddSingleton<BatchWriter>();
        services.AddSingleton<BatchedStrategy>();

        var hasRedis = configuration.HasRedis();
        services.AddSingleton<IBookingStrategyProvider>(provider => new BookingStrategyProvider(
            strategy => ActivatorUtilities.CreateInstance<ObservedBookingStrategy>(provider, strategy, Create(provider, strategy)),
            strategy => strategy == BookingStrategy.DistributedLock && !hasRedis
                ? $"'{strategy.Name()}' needs Redis: set ConnectionStrings__Redis, for example to localhost:6379."
                : null));
    }

    private static IBookingStrategy Create(IServiceProvider provider, BookingStrategy strategy) => strategy switch
    {
        BookingStrategy.Naive => provider.Idempotent<NaiveStrategy>(),
        BookingStrategy.ForUpdate => provider.Idempotent<ForUpdateStrategy>(),
        BookingStrategy.RowVersion => provider.Idempotent<RowVersionStrategy>(),
        BookingStrategy.AtomicUpdate => provider.Idempotent<AtomicUpdateStrategy>(),
        BookingStrategy.DistributedLock => provider.Idempotent<DistributedLockStrategy>(),

        // It looks the keys up in its own transaction, many at once.
        BookingStrategy.Batched => provider.GetRequiredService<BatchedStrategy>(),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, null),
    };

    private static IdempotentStrategy Idempotent<TStrategy>(this IServiceProvider provider)
        where TStrategy : IBookingStrategy =>
        ActivatorUtilities.CreateInstance<IdempotentStrategy>(provider, ActivatorUtilities.CreateInstance<TStrategy>(provider));
}
