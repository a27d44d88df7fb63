using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Ticketing.RaceLab.Http;

/// <summary>One keep-alive connection, one request at a time. It opens at its first use, and again after it was lost.</summary>
public sealed class HttpConnection(EndPoint server) : IDisposable
{
    private byte[] _buffer = new byte[2048];
    private Socket? _socket;
    private long _busySince;

    /// <summary>Sends a request and waits for the answer.</summary>
    /// <exception cref="CannotConnectException">Nothing was sent.</exception>
    /// <exception cref="AnswerLostException">The request may have been carried out, and the answer did not come.</exception>
    public async ValueTask<HttpAnswer> ExchangeAsync(ReadOnlyMemory<byte> request)
    {
        Volatile.Write(ref _busySince, Stopwatch.GetTimestamp());
        try
        {
            var socket = _socket ??= await ConnectAsync();
            await socket.SendAsync(request);
            var answer = await ReceiveAsync(socket);
            if (answer.IsLast)
            {
                Close();
            }

            return answer;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidDataException)
        {
            Close();
            throw new AnswerLostException(exception.Message, exception);
        }
        finally
        {
            Volatile.Write(ref _busySince, 0);
        }
    }

    /// <summary>Opens it ahead of the first request.</summary>
    public async Task OpenAsync() => _socket ??= await ConnectAsync();

    /// <summary>Abandons an answer that takes longer than this. A watchdog calls it, because a timer for every request would cost too much.</summary>
    public void AbortWhenBusyFor(TimeSpan patience)
    {
        var since = Volatile.Read(ref _busySince);
        if (since != 0 && Stopwatch.GetElapsedTime(since) > patience)
        {
            _socket?.Dispose();
        }
    }

    public void Dispose() => Close();

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server);
            return socket;
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new CannotConnectException(exception.Message, exception);
        }
    }

    private async ValueTask<HttpAnswer> ReceiveAsync(Socket socket)
    {
        var length = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = await socket.ReceiveAsync(_buffer.AsMemory(length), SocketFlags.None);
            length += count;
            if (HttpAnswerParser.Parse(_buffer.AsMemory(0, length), isClosed: count == 0, out var answer) > 0)
            {
                return answer;
            }

            if (count == 0)
            {
                throw new InvalidDataException("The server closed the connection in the middle of a response.");
            }
        }
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}

/// <summary>No connection, so nothing was sent.</summary>
public sealed class CannotConnectException(string message, Exception inner) : Exception(message, inner);

/// <summary>A request went out and no answer came back: it may have been carried out.</summary>
public sealed class AnswerLostException(string message, Exception inner) : Exception(message, inner);
