using Ticketing.Api;
using Ticketing.Api.Access;
using Ticketing.Api.Hosting;
using Ticketing.Application;
using Ticketing.Infrastructure;
using Ticketing.Infrastructure.Hosting;

var (mode, settings) = CommandLine.Parse(args);
if (mode == RunMode.CheckHealth)
{
    return await HealthProbe.AskAsync(settings);
}

return await ExitCode.OfAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(settings);
    builder.Configuration.AddSecretFiles();
    builder.AddLogging();
    builder.ListenOnDefaultPort();
    builder.ListenForMetrics();
    builder.LimitRequests();
    builder.AddAccess(serves: mode == RunMode.Serve);
    builder.AddTelemetry();
    builder.WarmUpBeforeReady();
    builder.DrainBeforeStop();
    builder.Services
        .AddApplication()
        .AddInfrastructure(builder.Configuration)
        .AddApi();

    await using var app = builder.Build();
    if (mode == RunMode.Help)
    {
        app.PrintHelp();
        return;
    }

    app.CheckSettings(settings);
    if (mode is RunMode.Migrate or RunMode.FinishUpgrade)
    {
        await app.MigrateDatabaseAsync(finish: mode == RunMode.FinishUpgrade);
        return;
    }

    if (mode == RunMode.CreateKey)
    {
        await app.CreateKeyAsync(CommandLine.RoleIn(args));
        return;
    }

    app.UseDraining();
    app.UseWarmUp();
    app.UseMetricsPort();
    app.UseRequestLogging();
    app.UseHttpMetrics();
    app.UseApi();
    await app.PrepareDatabaseAsync();
    await app.ReadSwitchesAsync();
    app.AnnounceWhenStarted();
    await app.RunAsync();
});
