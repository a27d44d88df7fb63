using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Ticketing.Api.Json;

/// <summary>
/// Reads a time as RFC 3339 has it. Without an offset, .NET would take it for the local time of this server, and other servers may have another one.
/// </summary>
internal sealed partial class TimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time) && Offset().IsMatch(reader.GetString()!)
            ? time
            : throw new JsonException("Must be a time with an offset, such as 2030-01-31T20:00:00Z or 2030-01-31T20:00:00+07:00.");

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("O", CultureInfo.InvariantCulture));

    [GeneratedRegex("(Z|[+-][0-9]{2}:[0-9]{2})$", RegexOptions.IgnoreCase)]
    private static partial Regex Offset();
}
