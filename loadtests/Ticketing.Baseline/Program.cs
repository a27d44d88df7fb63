using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlConnector;
using Ticketing.Baseline;

// The minimum that books tickets on MariaDB over HTTP: a minimal API on the bare driver, without layers, validation, keys, metrics or logs. It shows
// what the product's features cost. Its tables are the product's, as far as it needs them.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
builder.Services.ConfigureHttpJsonOptions(json =>
{
    json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
    json.SerializerOptions.TypeInfoResolverChain.Insert(0, BaselineJson.Default);
});
await using var database = new MySqlDataSource(
    new MySqlConnectionStringBuilder(builder.Configuration.GetConnectionString("Ticketing") ?? throw new InvalidOperationException("ConnectionStrings__Ticketing is not set."))
    {
        MaximumPoolSize = builder.Configuration.GetValue("Database:MaxPoolSize", 8u),
        ConnectionReset = false,
    }.ConnectionString);
await Tables.CreateAsync(database);

var byHand = new ForUpdateByHand(database);
var batches = new BatchesByHand(database);
var batched = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();

var app = builder.Build();
app.MapPost("/setup", async (Setup setup) =>
{
    var id = await Tables.AddEventAsync(database, setup);
    batched[id] = setup.Strategy == "batched";
    return new SetupDone(id, setup.EventName, setup.TotalTickets, setup.Strategy);
});
app.MapPost("/book", async (Order order) =>
{
    var bookingId = await (batched[order.EventId] ? batches.BookAsync(order) : byHand.BookAsync(order));
    return bookingId is { } id
        ? Results.Ok(new Booked("Booking successful", id, order.EventId, order.UserId, order.Quantity))
        : Results.Json(new Refused("sold_out"), BaselineJson.Default.Refused, statusCode: 400);
});
app.MapGet("/health/live", () => new Health("healthy"));
app.MapGet("/health/ready", () => new Health("healthy"));
await app.RunAsync();

internal sealed record Setup(string EventName, int TotalTickets, string Strategy);

internal sealed record SetupDone(int EventId, string EventName, int TotalTickets, string Strategy);

internal sealed record Order(int UserId, int EventId, int Quantity = 1);

internal sealed record Booked(string Message, long BookingId, int EventId, int UserId, int Quantity);

internal sealed record Refused(string Code);

internal sealed record Health(string Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Setup))]
[JsonSerializable(typeof(SetupDone))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Booked))]
[JsonSerializable(typeof(Refused))]
[JsonSerializable(typeof(Health))]
internal sealed partial class BaselineJson : JsonSerializerContext;
