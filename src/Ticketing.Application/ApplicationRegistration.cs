using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace Ticketing.Application;

/// <summary>Registers the use cases.</summary>
public static class ApplicationRegistration
{
    /// <summary>Adds the mediator with its handlers, and the validators.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddMediator(typeof(ApplicationRegistration).Assembly);
        services.AddValidatorsFromAssembly(typeof(ApplicationRegistration).Assembly, ServiceLifetime.Singleton, includeInternalTypes: true);
        services.AddSingleton(TimeProvider.System);
        return services;
    }
}
