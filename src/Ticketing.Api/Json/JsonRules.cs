using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ticketing.Api.Lab;
using Ticketing.Domain;

namespace Ticketing.Api.Json;

/// <summary>How this API reads and writes JSON. Strict, so that a mistake of a client does not become a booking.</summary>
internal static class JsonRules
{
    public static void Apply(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.Converters.Add(new BookingStrategyConverter());
        options.Converters.Add(new NameConverter<SaleState>(SaleStateNames.Name));
        options.Converters.Add(new NameConverter<BookingStatus>(BookingStatusNames.Name));
        options.Converters.Add(new NameConverter<RaceStatus>(status => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString())));
        options.Converters.Add(new TimeConverter());
        options.TypeInfoResolver = JsonTypeInfoResolver.Combine(ApiJsonContext.Default, new DefaultJsonTypeInfoResolver()).WithAddedModifier(ForgetIgnored);
    }

    /// <summary>
    /// The serializer skips an ignored property without a word. What comes from a header or from the address would be accepted in a body, and have no effect.
    /// </summary>
    private static void ForgetIgnored(JsonTypeInfo type)
    {
        for (var i = type.Properties.Count - 1; i >= 0; i--)
        {
            if (type.Properties[i] is { Get: null, Set: null })
            {
                type.Properties.RemoveAt(i);
            }
        }
    }
}
