using Microsoft.Extensions.DependencyInjection;
using Ticketing.Application.Bookings;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Concurrency;

/// <summary>The one place that knows which class implements which strategy.</summary>
internal static class StrategyRegistration
{
    public static void AddBookingStrategies(this IServiceCollection services)
    {
        services.AddValidatedOptions<BookingOptions>(BookingOptions.Section);
        services.AddSingleton<ContentionRetry>();
        services.AddSingleton<BookingCommit>();
        services.AddSingleton<IBookingStrategyProvider>(provider => new BookingStrategyProvider(strategy => Create(provider, strategy), WhyUnavailable));
    }

    private static IdempotentStrategy Create(IServiceProvider provider, BookingStrategy strategy) => strategy switch
    {
        BookingStrategy.Naive => provider.Idempotent<NaiveStrategy>(),
        BookingStrategy.ForUpdate => provider.Idempotent<ForUpdateStrategy>(),
        BookingStrategy.AtomicUpdate => provider.Idempotent<AtomicUpdateStrategy>(),
        _ => throw new NotSupportedException(WhyUnavailable(strategy)),
    };

    private static string? WhyUnavailable(BookingStrategy strategy) =>
        strategy is BookingStrategy.Naive or BookingStrategy.ForUpdate or BookingStrategy.AtomicUpdate
            ? null
            : $"'{strategy.Name()}' is reserved and does not exist yet; use naive, for_update or atomic_update.";

    private static IdempotentStrategy Idempotent<TStrategy>(this IServiceProvider provider)
        where TStrategy : IBookingStrategy =>
        ActivatorUtilities.CreateInstance<IdempotentStrategy>(provider, ActivatorUtilities.CreateInstance<TStrategy>(provider));
}
