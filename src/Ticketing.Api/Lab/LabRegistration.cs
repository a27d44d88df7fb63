using Ticketing.Infrastructure.Hosting;

namespace Ticketing.Api.Lab;

/// <summary>Registers the lab.</summary>
internal static class LabRegistration
{
    public static void AddLab(this IServiceCollection services)
    {
        services.AddValidatedOptions<LabOptions>(LabOptions.Section);
        services.AddSingleton<LabAccess>();
        services.AddSingleton<Races>();
        services.AddSingleton<Faults>();
    }
}
