using System.Text;

namespace Ticketing.IntegrationTests.Http;

/// <summary>A request that must be refused, under the name by which a failing test calls it.</summary>
public sealed record BadInput(string Name, HttpMethod Method, string Path, byte[]? Body, string? ContentType, int Status, string Code, string? Key = null, string? Compression = null)
{
    private const string Json = "application/json";

    private static readonly byte[] _badUtf8 = [.. "{\"event_name\":\""u8, 0xC3, 0x28, .. "\"}"u8];
    private static readonly byte[] _overlongUtf8 = [.. "{\"event_name\":\""u8, 0xC0, 0x80, .. "\"}"u8];

    /// <summary>A valid order but for what each case changes.</summary>
    private const string Order = """{"user_id":1,"event_id":1,"quantity":1}""";

    public static IReadOnlyList<BadInput> All { get; } =
    [
        // Bodies that are not JSON objects.
        Book("no body", "", 400),
        Book("only white space", "   ", 400),
        Book("broken JSON", "{\"user_id\":1,", 400),
        Book("JSON with a trailing comma", """{"user_id":1,"event_id":1,}""", 400),
        Book("JSON with a comment", """{"user_id":1,/* me */"event_id":1}""", 400),
        Book("single quotes", "{'user_id':1,'event_id':1}", 400),
        Book("text after the object", Order + "x", 400),
        Book("two objects", Order + Order, 400),
        Book("null", "null", 400),
        Book("an array", $"[{Order}]", 400),
        Book("a string", "\"order\"", 400),
        Book("a number", "1", 400),
        Book("true", "true", 400),
        Book("a NUL byte", "\0", 400),
        Book("form data", "user_id=1&event_id=1", 400),
        Book("XML", "<order/>", 400),
        Book("nested 10,000 deep", new string('[', 10_000) + new string(']', 10_000), 400),
        Book("an object nested 10,000 deep", string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000), 400),
        Book("a byte order mark of UTF-16", Encoding.BigEndianUnicode.GetPreamble(), 400),
        new("a body of 10 MB", HttpMethod.Post, "/book", Encoding.ASCII.GetBytes($"{{\"user_id\":1,\"event_id\":1,\"x\":\"{new string('x', 10_000_000)}\"}}"), Json, 413, "payload_too_large"),

        // Content types.
        new("no content type", HttpMethod.Post, "/book", Encoding.ASCII.GetBytes(Order), null, 415, "unsupported_media_type"),
        new("text/plain", HttpMethod.Post, "/book", Encoding.ASCII.GetBytes(Order), "text/plain", 415, "unsupported_media_type"),
        new("a form", HttpMethod.Post, "/book", "user_id=1&event_id=1"u8.ToArray(), "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        new("XML by its type", HttpMethod.Post, "/setup", "<setup/>"u8.ToArray(), "application/xml", 415, "unsupported_media_type"),
        new("no body and no content type", HttpMethod.Post, "/setup", null, null, 415, "unsupported_media_type"),

        // A switch is never turned by a guess.
        new("race of nobody", HttpMethod.Post, "/races", """{"buyers":0}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of too many", HttpMethod.Post, "/races", """{"buyers":2001}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race for too many tickets", HttpMethod.Post, "/races", """{"tickets":10001}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of more at once than there can be", HttpMethod.Post, "/races", """{"at_once":2001}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race for none", HttpMethod.Post, "/races", """{"quantity":0}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of no strategy", HttpMethod.Post, "/races", """{"strategies":[]}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of a strategy with itself", HttpMethod.Post, "/races", """{"strategies":["naive","naive"]}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of an unknown strategy", HttpMethod.Post, "/races", """{"strategies":["luck"]}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of null", HttpMethod.Post, "/races", """{"strategies":null,"buyers":null}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of an unknown field", HttpMethod.Post, "/races", """{"speed":1}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("race of an unknown id", HttpMethod.Get, "/races/0", [], null, 404, "race_not_found"),
        new("maintenance without what to do", HttpMethod.Put, "/maintenance", "{}"u8.ToArray(), Json, 400, "validation_failed"),
        new("maintenance null", HttpMethod.Put, "/maintenance", """{"read_only":null}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("maintenance in quotes", HttpMethod.Put, "/maintenance", """{"read_only":"true"}"""u8.ToArray(), Json, 400, "validation_failed"),
        new("maintenance and more", HttpMethod.Put, "/maintenance", """{"read_only":true,"shed":1}"""u8.ToArray(), Json, 400, "validation_failed"),

        // user_id.
        Book("an unknown property", """{"user_id":1,"event_id":1,"quantiy":2}""", 400),
        Book("a property in camel case", """{"userId":1,"event_id":1}""", 400),
        Book("user_id missing", """{"event_id":1}""", 400),
        Book("user_id null", """{"user_id":null,"event_id":1}""", 400),
        Book("user_id 0", """{"user_id":0,"event_id":1}""", 400),
        Book("user_id -1", """{"user_id":-1,"event_id":1}""", 400),
        Book("user_id 2^31", """{"user_id":2147483648,"event_id":1}""", 400),
        Book("user_id 2^63", """{"user_id":9223372036854775808,"event_id":1}""", 400),
        Book("user_id 1.5", """{"user_id":1.5,"event_id":1}""", 400),
        Book("user_id 1e309", """{"user_id":1e309,"event_id":1}""", 400),
        Book("user_id in quotes", """{"user_id":"1","event_id":1}""", 400),
        Book("user_id true", """{"user_id":true,"event_id":1}""", 400),
        Book("user_id an array", """{"user_id":[1],"event_id":1}""", 400),
        Book("user_id an object", """{"user_id":{},"event_id":1}""", 400),
        Book("user_id NaN", """{"user_id":NaN,"event_id":1}""", 400),
        Book("user_id twice", """{"user_id":1,"user_id":2,"event_id":1}""", 400),
        Book("user_id with a leading zero", """{"user_id":01,"event_id":1}""", 400),
        Book("user_id in hexadecimal", """{"user_id":0x1,"event_id":1}""", 400),

        // event_id.
        Book("event_id missing", """{"user_id":1}""", 400),
        Book("event_id null", """{"user_id":1,"event_id":null}""", 400),
        Book("event_id 0", """{"user_id":1,"event_id":0}""", 400),
        Book("event_id -1", """{"user_id":1,"event_id":-1}""", 400),
        Book("event_id 2^31", """{"user_id":1,"event_id":2147483648}""", 400),
        Book("event_id 1.5", """{"user_id":1,"event_id":1.5}""", 400),
        Book("event_id as SQL", """{"user_id":1,"event_id":"1; DROP TABLE events"}""", 400),
        Book("an empty object", "{}", 400),

        // quantity.
        Book("quantity 0", """{"user_id":1,"event_id":1,"quantity":0}""", 400),
        Book("quantity -1", """{"user_id":1,"event_id":1,"quantity":-1}""", 400),
        Book("quantity 11", """{"user_id":1,"event_id":1,"quantity":11}""", 400),
        Book("quantity 2^31", """{"user_id":1,"event_id":1,"quantity":2147483648}""", 400),
        Book("quantity 1.5", """{"user_id":1,"event_id":1,"quantity":1.5}""", 400),
        Book("quantity 1e309", """{"user_id":1,"event_id":1,"quantity":1e309}""", 400),
        Book("quantity null", """{"user_id":1,"event_id":1,"quantity":null}""", 400),
        Book("quantity in quotes", """{"user_id":1,"event_id":1,"quantity":"2"}""", 400),

        // Idempotency-Key.
        WithKey("an empty key", ""),
        WithKey("a key with a space", "a b"),
        WithKey("a key with a tab", "a\tb"),
        WithKey("a key of 256 characters", new string('k', 256)),
        WithKey("a key with a letter beyond ASCII", "clé"),
        WithKey("a key with an emoji", "🎫"),

        Book("a key in the body", """{"user_id":1,"event_id":1,"idempotency_key":"a"}""", 400),

        // Holds.
        Hold("a hold without a body", ""),
        Hold("a hold of 0 seconds", """{"user_id":1,"event_id":1,"hold_seconds":0}"""),
        Hold("a hold of 86,401 seconds", """{"user_id":1,"event_id":1,"hold_seconds":86401}"""),
        Hold("a hold of half a second", """{"user_id":1,"event_id":1,"hold_seconds":0.5}"""),
        Hold("a hold of 11 tickets", """{"user_id":1,"event_id":1,"quantity":11}"""),
        Hold("a hold for nobody", """{"event_id":1}"""),
        Hold("a hold with an expiry of its own", """{"user_id":1,"event_id":1,"expires_at":"2030-01-01T00:00:00Z"}"""),
        Book("a booking for a while", """{"user_id":1,"event_id":1,"hold_seconds":60}""", 400),
        Hold("an extension without a body", "") with { Path = "/holds/1/extend" },
        Hold("an extension of no length", "{}") with { Path = "/holds/1/extend" },
        Hold("an extension of 0 seconds", """{"hold_seconds":0}""") with { Path = "/holds/1/extend" },
        new("a hold by name", HttpMethod.Post, "/holds/mine/confirm", null, null, 404, "not_found"),
        new("a hold that is too large for a number", HttpMethod.Post, "/holds/9223372036854775808/release", null, null, 404, "not_found"),
        new("GET /holds", HttpMethod.Get, "/holds", null, null, 405, "method_not_allowed"),
        Get("history with an unknown status", "/history?user_id=1&status=sold"),
        Get("history with an empty status", "/history?user_id=1&status="),
        Get("history of everybody's holds", "/history?status=held"),

        // /setup.
        Setup("setup without a body", ""),
        Setup("setup with camel case and a short name", """{"eventName":"X","tickets":5}"""),
        Setup("setup with broken JSON", "{"),
        Setup("setup with an array", "[]"),
        Setup("an unknown strategy", """{"strategy":"optimistic"}"""),
        Setup("an empty strategy", """{"strategy":""}"""),
        Setup("a strategy as a number", """{"strategy":1}"""),
        Setup("a strategy null", """{"strategy":null}"""),
        Setup("total_tickets 0", """{"total_tickets":0}"""),
        Setup("total_tickets -1", """{"total_tickets":-1}"""),
        Setup("total_tickets 10,000,001", """{"total_tickets":10000001}"""),
        Setup("total_tickets 2^31", """{"total_tickets":2147483648}"""),
        Setup("total_tickets 1.5", """{"total_tickets":1.5}"""),
        Setup("total_tickets 1e309", """{"total_tickets":1e309}"""),
        Setup("total_tickets in quotes", """{"total_tickets":"100"}"""),
        Setup("total_tickets null", """{"total_tickets":null}"""),
        Setup("event_name empty", """{"event_name":""}"""),
        Setup("event_name blank", """{"event_name":"  \u00a0 "}"""),
        Setup("event_name null", """{"event_name":null}"""),
        Setup("event_name a number", """{"event_name":5}"""),
        Setup("event_name of 201 characters", $$"""{"event_name":"{{new string('x', 201)}}"}"""),
        Setup("event_name of 50,000 characters", $$"""{"event_name":"{{new string('x', 50_000)}}"}"""),
        Setup("event_name with NUL", """{"event_name":"a\u0000b"}"""),
        Setup("event_name with a line feed", """{"event_name":"a\nb"}"""),
        Setup("event_name with an escape character", """{"event_name":"a\u001b[31mb"}"""),
        Setup("event_name with DEL", """{"event_name":"a\u007fb"}"""),
        Setup("event_name with half a surrogate pair", """{"event_name":"a\ud800b"}"""),
        Setup("event_name with the halves swapped", """{"event_name":"\udc00\ud800"}"""),
        new("event_name in bad UTF-8", HttpMethod.Post, "/setup", _badUtf8, Json, 400, "validation_failed"),
        new("event_name in overlong UTF-8", HttpMethod.Post, "/setup", _overlongUtf8, Json, 400, "validation_failed"),
        Setup("max_per_user 0", """{"max_per_user":0}"""),
        Setup("max_per_user in quotes", """{"max_per_user":"4"}"""),
        Setup("a start that is no time", """{"sale_starts_at":"tomorrow"}"""),
        Setup("a start without an offset", """{"sale_starts_at":"2030-01-01T00:00:00"}"""),
        Setup("a start without a time", """{"sale_starts_at":"2030-01-01"}"""),
        Setup("a start in a year that no database stores", """{"sale_starts_at":"0001-01-01T00:00:00Z"}"""),
        Setup("an end before the start", """{"sale_starts_at":"2030-01-02T00:00:00Z","sale_ends_at":"2030-01-01T00:00:00Z"}"""),
        Patch("a change of what cannot change", """{"strategy":"naive"}"""),
        Patch("a change of another event than the address names", """{"event_id":2,"max_per_user":4}"""),
        Patch("a change to null tickets", """{"total_tickets":null}"""),
        Patch("a change to no tickets", """{"total_tickets":0}"""),
        Patch("a change to too many tickets", """{"total_tickets":10000001}"""),
        Patch("a change to half a ticket", """{"total_tickets":1.5}"""),
        Patch("a change to a limit of 0", """{"max_per_user":0}"""),
        Patch("a change to no time", """{"sale_ends_at":""}"""),
        Patch("a change that is no object", "[]"),
        new("a change of an event by name", HttpMethod.Patch, "/events/concert", "{}"u8.ToArray(), Json, 404, "not_found"),
        Setup("hold_seconds 9", """{"hold_seconds":9}"""),
        Setup("hold_seconds 3,601", """{"hold_seconds":3601}"""),
        Setup("max_hold_seconds below hold_seconds", """{"hold_seconds":100,"max_hold_seconds":99}"""),
        Setup("max_hold_seconds 86,401", """{"max_hold_seconds":86401}"""),
        new("an unknown charset", HttpMethod.Post, "/setup", "{}"u8.ToArray(), "application/json; charset=klingon", 415, "unsupported_media_type"),

        new("a compressed body", HttpMethod.Post, "/setup", [0x1f, 0x8b], Json, 415, "unsupported_media_type", Compression: "gzip"),

        // Queries.
        Get("a misspelt event_id", "/status?eventid=1"),
        Get("an unknown parameter beside a known one", "/history?event_id=1&limit=5"),
        Get("a parameter where there are none", "/stats?event_id=1"),
        Book("a parameter beside an order", Order, 400) with { Path = "/book?quantity=2" },
        Get("status of event 0", "/status?event_id=0"),
        Get("status of event -1", "/status?event_id=-1"),
        Get("status of event 2^31", "/status?event_id=2147483648"),
        Get("status of event 1.5", "/status?event_id=1.5"),
        Get("status of event abc", "/status?event_id=abc"),
        Get("status of an event as SQL", "/status?event_id=1%20OR%201=1"),
        Get("events on page 0", "/events?page=0"),
        Get("events on page -1", "/events?page=-1"),
        Get("events on page 2^31", "/events?page=2147483648"),
        Get("events with page_size 0", "/events?page_size=0"),
        Get("events with page_size 101", "/events?page_size=101"),
        Get("events with page_size abc", "/events?page_size=abc"),
        Get("history of event 0", "/history?event_id=0"),
        Get("history of user -1", "/history?user_id=-1"),
        Get("history of user abc", "/history?user_id=abc"),
        Get("history on page 0", "/history?page=0"),
        Get("history with page_size 1000", "/history?page_size=1000"),
        Get("history past the pages", "/history?page=101&page_size=100"),
        Get("history before booking 0", "/history?before=0"),
        Get("history before 2^63", "/history?before=9223372036854775808"),
        Get("history on a page before a booking", "/history?before=7&page=2"),
        Get("history with a NUL", "/history?user_id=%00"),
        Get("a filter without a value", "/history?user_id="),
        Get("a filter that is only a name", "/history?user_id"),
        Get("status of no event", "/status?event_id="),
        Get("a filter with two values", "/history?user_id=42&user_id=43"),
        Get("a number and a NUL", "/status?event_id=1%00"),
        Get("a number and a line feed", "/status?event_id=1%0A"),
        Get("a number behind a space", "/status?event_id=%201"),
        Get("a number in hexadecimal", "/status?event_id=0x1"),
        Get("a number with a plus", "/status?event_id=%2B1"),

        // Bodies where there is none to send.
        Bodiless("a quantity to cancel", "/bookings/1/cancel", """{"quantity":1}"""),
        Bodiless("a time to pause", "/events/1/pause", """{"for":5}"""),
        Bodiless("a word to confirm", "/holds/1/confirm", "\"yes\""),
        Bodiless("a list to release", "/holds/1/release", "[]"),
        Bodiless("a long body to cancel", "/bookings/1/cancel", $"{{\"x\":\"{new string('x', 1_000)}\"}}"),
        Bodiless("broken JSON to cancel", "/bookings/1/cancel", "{"),

        // Addresses and methods.
        new("an unknown address", HttpMethod.Get, "/tickets", null, null, 404, "not_found"),
        new("an unknown address to post to", HttpMethod.Post, "/buy", Encoding.ASCII.GetBytes(Order), Json, 404, "not_found"),
        new("a path outside", HttpMethod.Get, "/..%2f..%2fetc%2fpasswd", null, null, 404, "not_found"),
        new("GET /book", HttpMethod.Get, "/book", null, null, 405, "method_not_allowed"),
        new("DELETE /book", HttpMethod.Delete, "/book", null, null, 405, "method_not_allowed"),
        new("PUT /setup", HttpMethod.Put, "/setup", "{}"u8.ToArray(), Json, 405, "method_not_allowed"),
        new("POST /status", HttpMethod.Post, "/status", "{}"u8.ToArray(), Json, 405, "method_not_allowed"),
        new("a method that nobody knows", new HttpMethod("BREW"), "/book", null, null, 405, "method_not_allowed"),
    ];

    /// <summary>What the cases above are made of, with nothing wrong.</summary>
    public static IReadOnlyList<BadInput> Controls { get; } =
    [
        Book("an order", Order, 200),
        WithKey("an order with a key", "key") with { Status = 200 },
        Setup("an empty setup", "{}") with { Status = 200 },
        Setup("a setup", """{"event_name":"Concert","total_tickets":100,"strategy":"naive"}""") with { Status = 200 },
        Setup("a strategy in capitals", """{"strategy":"NAIVE"}""") with { Status = 200 },
        Bodiless("an empty object where there is nothing to send", "/events/1/resume", "{ }") with { Status = 200 },
        Get("a parameter in capitals", "/status?EVENT_ID=1") with { Status = 200 },
        Get("a status", "/status?event_id=1") with { Status = 200 },
        Get("a page of events", "/events?page=1&page_size=100") with { Status = 200 },
        Get("a page of the history", "/history?event_id=1&user_id=1&page=1&page_size=100") with { Status = 200 },
    ];

    public HttpRequestMessage ToRequest()
    {
        var request = new HttpRequestMessage(Method, Path);
        if (Body is not null)
        {
            request.Content = new ByteArrayContent(Body);
            if (ContentType is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
            }
        }

        if (Compression is not null)
        {
            request.Content!.Headers.ContentEncoding.Add(Compression);
        }

        if (Key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", Key);
        }

        return request;
    }

    private static BadInput Book(string name, string body, int status) => Book(name, Encoding.UTF8.GetBytes(body), status);

    private static BadInput Book(string name, byte[] body, int status) =>
        new(name, HttpMethod.Post, "/book", body, Json, status, "validation_failed");

    private static BadInput WithKey(string name, string key) =>
        new(name, HttpMethod.Post, "/book", Encoding.UTF8.GetBytes(Order), Json, 400, "validation_failed", key);

    private static BadInput Setup(string name, string body) =>
        new(name, HttpMethod.Post, "/setup", Encoding.UTF8.GetBytes(body), Json, 400, "validation_failed");

    private static BadInput Hold(string name, string body) =>
        new(name, HttpMethod.Post, "/holds", Encoding.UTF8.GetBytes(body), Json, 400, "validation_failed");

    private static BadInput Patch(string name, string body) =>
        new(name, HttpMethod.Patch, "/events/1", Encoding.UTF8.GetBytes(body), Json, 400, "validation_failed");

    private static BadInput Bodiless(string name, string path, string body) =>
        new(name, HttpMethod.Post, path, Encoding.UTF8.GetBytes(body), Json, 400, "validation_failed");

    private static BadInput Get(string name, string path) => new(name, HttpMethod.Get, path, null, null, 400, "validation_failed");
}
