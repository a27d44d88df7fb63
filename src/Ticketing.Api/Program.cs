using Ticketing.Api;
using Ticketing.Api.Hosting;
using Ticketing.Api.Telemetry;
using Ticketing.Application;
using Ticketing.Infrastructure;

return await ExitCode.OfAsync(async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddLogging();
    builder.ListenOnDefaultPort();
    builder.LimitRequests();
    builder.AddTelemetry();
    builder.Services
        .AddApplication()
        .AddInfrastructure(builder.Configuration)
        .AddApi();

    var app = builder.Build();
    app.UseHttpMetrics();
    app.UseApi();

    await app.PrepareDatabaseAsync();
    app.AnnounceWhenStarted();
    await app.RunAsync();
});
