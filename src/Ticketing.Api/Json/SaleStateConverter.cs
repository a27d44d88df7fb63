using System.Text.Json;
using System.Text.Json.Serialization;
using Ticketing.Domain;

namespace Ticketing.Api.Json;

/// <summary>Writes the state of a sale by its name.</summary>
internal sealed class SaleStateConverter : JsonConverter<SaleState>
{
    public override SaleState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("No request has a state.");

    public override void Write(Utf8JsonWriter writer, SaleState value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name());
}
