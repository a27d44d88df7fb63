using System.Text.Json;

namespace Ticketing.RaceLab.Capacity;

/// <summary>
/// What an order takes, in microseconds: the only figures that the simulation knows about the program. <see cref="Measured.Costs"/> has them from measurements, with
/// their sources.
/// </summary>
public sealed record Costs
{
    /// <summary>From a replica to the database and back, without the CPU of either.</summary>
    public required double RoundTrip { get; init; }

    /// <summary>One durable flush of the database's log, without its CPU.</summary>
    public required double Flush { get; init; }

    /// <summary>CPU of the database for one flush.</summary>
    public required double FlushCpu { get; init; }

    /// <summary>CPU of the API for an order outside its transaction: HTTP, validation, the answer.</summary>
    public required double Http { get; init; }

    /// <summary>CPU of the API for a batch, whatever its size.</summary>
    public required double WriterPerBatch { get; init; }

    /// <summary>CPU of the API for an order in a batch. One thread does it for the whole batch.</summary>
    public required double WriterPerOrder { get; init; }

    /// <summary>CPU of the API for a batch beside the writer, such as threads that are woken and spin. The batch does not wait for it.</summary>
    public required double BesidePerBatch { get; init; }

    /// <summary>CPU of the database for a batch, whatever its size.</summary>
    public required double DatabasePerBatch { get; init; }

    /// <summary>CPU of the database for an order in a batch. One thread does it for the whole batch.</summary>
    public required double DatabasePerOrder { get; init; }

    /// <summary>CPU of the API for the transaction of one order (<c>for_update</c>).</summary>
    public required double ForUpdateApi { get; init; }

    /// <summary>CPU of the database for the transaction of one order (<c>for_update</c>).</summary>
    public required double ForUpdateDatabase { get; init; }

    /// <summary>CPU of the load generator for an order. It counts only where the generator is on the same machine.</summary>
    public required double Generator { get; init; }

    /// <summary>By the names of these properties.</summary>
    public static Costs Of(IReadOnlyDictionary<string, double> micros) => JsonSerializer.SerializeToElement(micros).Deserialize<Costs>()!;

    public Costs With(IReadOnlyDictionary<string, double> changes)
    {
        var micros = JsonSerializer.SerializeToElement(this).Deserialize<Dictionary<string, double>>()!;
        foreach (var (name, value) in changes)
        {
            micros[name] = value;
        }

        return Of(micros);
    }
}
