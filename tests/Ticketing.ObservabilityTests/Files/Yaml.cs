using System.Text.Json;
using YamlDotNet.Serialization;

namespace Ticketing.ObservabilityTests.Files;

/// <summary>YAML as JSON, which is easier to walk. Every scalar becomes a string.</summary>
internal static class Yaml
{
    public static JsonElement Read(string file)
    {
        using var reader = File.OpenText(file);
        var content = new DeserializerBuilder().Build().Deserialize(reader);
        return JsonDocument.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(content)).RootElement;
    }

    /// <summary>The string at <paramref name="name"/>, or an empty string.</summary>
    public static string Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.ToString() : "";

    /// <summary>The list at <paramref name="name"/>, or an empty list.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

    public static IReadOnlyDictionary<string, string> Map(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value)
            ? value.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.ToString())
            : new Dictionary<string, string>();
}
