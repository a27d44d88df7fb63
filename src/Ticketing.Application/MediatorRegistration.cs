using System.Reflection;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Ticketing.Application;

/// <summary>
/// The only file that knows how MediatR is registered. Version 5 leaves registration to the container; with version 12, this file
/// becomes one call of <c>AddMediatR</c>.
/// </summary>
internal static class MediatorRegistration
{
    public static void AddMediator(this IServiceCollection services, Assembly handlers)
    {
        // Handlers are stateless and depend only on singletons, so they can be singletons too.
        services.AddSingleton<ServiceFactory>(provider => provider.GetRequiredService);
        services.AddSingleton<IMediator, Mediator>();
        foreach (var handler in handlers.GetTypes().Where(type => type is { IsClass: true, IsAbstract: false }))
        {
            foreach (var contract in handler.GetInterfaces().Where(IsRequestHandler))
            {
                services.AddSingleton(contract, handler);
            }
        }
    }

    private static bool IsRequestHandler(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IRequestHandler<,>);
}
