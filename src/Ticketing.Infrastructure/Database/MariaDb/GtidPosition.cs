using System.Globalization;

namespace Ticketing.Infrastructure.Database.MariaDb;

/// <summary>
/// How far a server is in the history of its primary: the number of the last transaction of each replication domain, such as <c>0-1-270</c> for number 270 of
/// domain 0, by server 1. Source: https://mariadb.com/kb/en/gtid/
/// </summary>
internal sealed class GtidPosition
{
    private readonly Dictionary<uint, ulong> _lastNumbers;

    private GtidPosition(Dictionary<uint, ulong> lastNumbers) => _lastNumbers = lastNumbers;

    public bool IsEmpty => _lastNumbers.Count == 0;

    public static GtidPosition Parse(string text) => new(text
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(gtid => gtid.Split('-'))
        .ToDictionary(parts => uint.Parse(parts[0], CultureInfo.InvariantCulture), parts => ulong.Parse(parts[2], CultureInfo.InvariantCulture)));

    /// <summary>Whether every transaction of the other is in this one.</summary>
    public bool Includes(GtidPosition other) =>
        other._lastNumbers.All(last => _lastNumbers.TryGetValue(last.Key, out var number) && number >= last.Value);

    /// <summary>Whether this one has a transaction that the other should have and has not.</summary>
    public bool IsAheadOf(GtidPosition other) =>
        _lastNumbers.Any(last => other._lastNumbers.TryGetValue(last.Key, out var number) && number < last.Value);

    public override string ToString() =>
        string.Join(',', _lastNumbers.Select(last => string.Create(CultureInfo.InvariantCulture, $"{last.Key}-…-{last.Value}")));
}
