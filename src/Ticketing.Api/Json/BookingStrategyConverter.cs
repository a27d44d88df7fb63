using System.Text.Json;
using System.Text.Json.Serialization;
using Ticketing.Domain;

namespace Ticketing.Api.Json;

/// <summary>Reads and writes a strategy by its name. An unknown name gives a message that lists all names.</summary>
internal sealed class BookingStrategyConverter : JsonConverter<BookingStrategy>
{
    public override BookingStrategy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && BookingStrategyNames.TryParse(reader.GetString(), out var strategy)
            ? strategy
            : throw new JsonException($"Must be one of {string.Join(", ", BookingStrategyNames.All)}.");

    public override void Write(Utf8JsonWriter writer, BookingStrategy value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name());
}
