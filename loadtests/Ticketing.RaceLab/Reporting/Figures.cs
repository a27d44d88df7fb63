using System.Globalization;
using Ticketing.RaceLab.Sales;

namespace Ticketing.RaceLab.Reporting;

/// <summary>Formats numbers, in the same way for every table.</summary>
internal static class Figures
{
    public static string Count(double? number) => number?.ToString("#,0", CultureInfo.InvariantCulture) ?? "–";

    public static string Milliseconds(double milliseconds) => milliseconds switch
    {
        0 => "–",
        < 10 => milliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms",
        < 1000 => milliseconds.ToString("0", CultureInfo.InvariantCulture) + " ms",
        _ => (milliseconds / 1000).ToString("0.0", CultureInfo.InvariantCulture) + " s",
    };

    /// <summary>10 to this power, in milliseconds, for an axis.</summary>
    public static string PowerOfTen(int power) =>
        string.Create(CultureInfo.InvariantCulture, $"{(power < 3 ? Math.Pow(10, power) : Math.Pow(10, power - 3)):0.###} {(power < 3 ? "ms" : "s")}");

    public static string Seconds(double seconds) => seconds.ToString(seconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " s";

    public static string Percent(double share) => share switch
    {
        0 => "0 %",
        < 0.001 => "< 0.1 %",
        _ => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %",
    };

    public static string Cores(double? cores) => cores?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    public static string Megabytes(long? bytes) => bytes is { } known ? Count(known / 1024.0 / 1024.0) + " MB" : "–";

    /// <summary>Tickets oversold, and their share of the stock.</summary>
    public static string Oversold(SaleResult sale) =>
        sale.Oversold == 0 ? "0" : $"{Count(sale.Oversold)} ({Percent(sale.Oversold / (double)sale.Tickets / sale.Events)})";
}
