using System.Text;

namespace Ticketing.RaceLab.Load;

/// <summary>The bytes of requests that never change.</summary>
public static class PlainRequest
{
    public static byte[] Get(Uri server, string path) =>
        Encoding.ASCII.GetBytes($"GET {server.AbsolutePath.TrimEnd('/')}{path} HTTP/1.1\r\nHost: {server.Authority}\r\n\r\n");
}
