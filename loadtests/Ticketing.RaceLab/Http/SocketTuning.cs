using System.Net;
using System.Net.Sockets;

namespace Ticketing.RaceLab.Http;

/// <summary>Lets a buyer continue on the thread that received the answer: no hand-over to the thread pool, so less CPU.</summary>
/// <remarks>.NET reads these variables once, when it first waits for a socket. Source: dotnet/runtime, SocketAsyncEngine.Unix.cs. No effect on Windows.</remarks>
internal static class SocketTuning
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    public static void Apply()
    {
        Environment.SetEnvironmentVariable(Inline, "1");
        Environment.SetEnvironmentVariable(Threads, "1");
        WaitForASocket();

        // The measured programs inherit these variables, and must not have them.
        Environment.SetEnvironmentVariable(Inline, null);
        Environment.SetEnvironmentVariable(Threads, null);
    }

    private static void WaitForASocket()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        listener.Listen();
        _ = listener.AcceptAsync();
    }
}
