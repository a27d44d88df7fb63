using System.Reflection;
using MediatR;
using Microsoft.Extensions.DependencyInjection;

namespace Ticketing.Application;

/// <summary>
/// All that the project knows of MediatR's registration. Version 5 leaves it to the container; from version 12 on, this file
/// becomes one call of <c>AddMediatR</c>.
/// </summary>
internal static class MediatorRegistration
{
    public static void AddMediator(this IServiceCollection services, Assembly handlers)
    {
        // The handlers keep no state and ask only for singletons, so none of this need be made for each request.
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
