using System.Globalization;
using System.Text;
using Ticketing.RaceLab.Http;

namespace Ticketing.RaceLab.Load;

/// <summary>The bytes of requests without a body.</summary>
public static class PlainRequest
{
    public static byte[] Get(Uri server, string path) =>
        Encoding.ASCII.GetBytes($"GET {server.AbsolutePath.TrimEnd('/')}{path} HTTP/1.1\r\nHost: {server.Authority}\r\n{Credential.HeaderFor(server)}\r\n");

    /// <summary>Confirms or releases a hold.</summary>
    public static byte[] End(Uri server, long holdId, HoldEnd end) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"POST {server.AbsolutePath.TrimEnd('/')}/holds/{holdId}/{(end == HoldEnd.Confirmed ? "confirm" : "release")} HTTP/1.1\r\nHost: {server.Authority}\r\n{Credential.HeaderFor(server)}Content-Length: 0\r\n\r\n"));
}
