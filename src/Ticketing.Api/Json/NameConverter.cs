using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ticketing.Api.Json;

/// <summary>Writes a value of an enumeration by its name. For responses only.</summary>
internal sealed class NameConverter<T>(Func<T, string> nameOf) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException($"No request has a {typeof(T).Name}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(nameOf(value));
}
