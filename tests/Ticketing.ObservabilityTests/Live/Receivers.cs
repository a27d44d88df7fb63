using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Ticketing.TestServers;

namespace Ticketing.ObservabilityTests.Live;

/// <summary>Where Alertmanager sends what it has to say: a web server and a mail server that keep it.</summary>
public sealed class Receivers : IAsyncDisposable
{
    private readonly ConcurrentQueue<Notification> _notifications = new();
    private readonly ConcurrentQueue<string> _mails = new();
    private readonly HttpListener _web = new();
    private readonly TcpListener _mail = new(IPAddress.Loopback, Ports.Free());
    private readonly string _address = $"http://127.0.0.1:{Ports.Free()}/";

    public Receivers()
    {
        _web.Prefixes.Add(_address);
        _web.Start();
        _mail.Start();
        _ = Task.Run(ServeWebAsync);
        _ = Task.Run(ServeMailAsync);
    }

    /// <summary>The settings of Alertmanager's start script that lead here. A setting in a file is one of them.</summary>
    public IReadOnlyDictionary<string, string?> SettingsWith(TemporaryFolder folder)
    {
        File.WriteAllText(folder.File("slack"), _address + "slack");
        return new Dictionary<string, string?>
        {
            ["WEBHOOK_URL"] = _address + "webhook",
            ["SLACK_WEBHOOK_URL_FILE"] = folder.File("slack"),
            ["PAGER_WEBHOOK_URL"] = _address + "pager",
            ["HEARTBEAT_URL"] = _address + "heartbeat",
            ["MAIL_TO"] = "duty@venue.example",
            ["MAIL_FROM"] = "alerts@venue.example",
            ["SMTP_SERVER"] = $"{_mail.LocalEndpoint}",
            ["SMTP_TLS"] = "false",
        };
    }

    /// <summary>What came over the web, in the order in which it came.</summary>
    public IReadOnlyList<Notification> Notifications => [.. _notifications];

    /// <summary>The mails, with their headers.</summary>
    public IReadOnlyList<string> Mails => [.. _mails];

    /// <summary>Waits for a notification.</summary>
    public Task<Notification> WaitForAsync(string what, Func<Notification, bool> match) => Eventually.GetAsync(
        () => Task.FromResult(Notifications.FirstOrDefault(match)!), found => found is not null, TimeSpan.FromSeconds(60), _ => string.Join(Environment.NewLine, Notifications), what);

    public ValueTask DisposeAsync()
    {
        _web.Close();
        _mail.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task ServeWebAsync()
    {
        try
        {
            while (true)
            {
                var context = await _web.GetContextAsync();
                _notifications.Enqueue(new(context.Request.Url!.AbsolutePath.Trim('/'), (await JsonDocument.ParseAsync(context.Request.InputStream)).RootElement));
                context.Response.Close("ok"u8.ToArray(), willBlock: false);
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeMailAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _mail.AcceptTcpClientAsync();
                await TakeMailAsync(client.GetStream());
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    /// <summary>The server's side of RFC 5321, as far as one client that behaves needs it.</summary>
    private async Task TakeMailAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 ready");
        while (await reader.ReadLineAsync() is { } command)
        {
            if (command == "DATA")
            {
                await writer.WriteLineAsync("354 go on");
                var lines = new List<string>();
                while (await reader.ReadLineAsync() is { } line && line != ".")
                {
                    lines.Add(line);
                }

                _mails.Enqueue(string.Join(Environment.NewLine, lines));
            }

            await writer.WriteLineAsync(command == "QUIT" ? "221 bye" : "250 ok");
        }
    }
}

/// <summary>One message to one receiver.</summary>
/// <param name="Receiver">The last part of its address.</param>
/// <param name="Message">What it says.</param>
public sealed record Notification(string Receiver, JsonElement Message)
{
    /// <summary>Whether it is Alertmanager's own kind of message, and tells of an alert.</summary>
    public bool IsAbout(string alert, string status) =>
        Message.TryGetProperty("alerts", out var alerts)
        && alerts.EnumerateArray().Any(one => one.GetProperty("status").GetString() == status && one.GetProperty("labels").GetProperty("alertname").GetString() == alert);
}
