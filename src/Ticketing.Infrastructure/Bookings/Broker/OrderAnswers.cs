using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ticketing.Application.Bookings.BookTicket;
using Ticketing.Domain;

namespace Ticketing.Infrastructure.Bookings.Broker;

/// <summary>What a consumer tells a sender about its orders of one batch.</summary>
/// <param name="EventId">The event.</param>
/// <param name="Consumer">The number of the consumer, to which further orders are to be sent.</param>
/// <param name="Answers">The answers.</param>
/// <param name="Left">The stock that the batch has left behind, if it was decided: the sender's replica shows it to its readers.</param>
internal sealed record OrderAnswers(int EventId, long Consumer, IReadOnlyList<OrderAnswer> Answers, Stock? Left = null)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameOutcomes } },
    };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, _json);

    /// <exception cref="JsonException">It was written by a version that knows more.</exception>
    public static OrderAnswers FromJson(byte[] json) => JsonSerializer.Deserialize<OrderAnswers>(json, _json)!;

    /// <summary>Every outcome under the name of its type.</summary>
    private static void NameOutcomes(JsonTypeInfo type)
    {
        if (type.Type != typeof(BookingOutcome))
        {
            return;
        }

        type.PolymorphismOptions = new() { TypeDiscriminatorPropertyName = "outcome" };
        foreach (var outcome in typeof(BookingOutcome).GetNestedTypes().Where(nested => nested.IsSealed))
        {
            type.PolymorphismOptions.DerivedTypes.Add(new(outcome, outcome.Name));
        }
    }
}

/// <summary>What became of an order.</summary>
/// <param name="Number">The sender's number for it.</param>
/// <param name="Outcome">The outcome. Null: it was sent to another consumer, and is to be sent again.</param>
internal sealed record OrderAnswer(long Number, BookingOutcome? Outcome);
