using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.Alignment.Tests.Loopback;

/// <summary>A server on this machine that speaks the OpenAI chat protocol, and fails in it as a test wants.</summary>
internal sealed class LoopbackChatServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closed = new();
    private readonly Func<LoopbackRequest, LoopbackReply> _answer;

    /// <param name="answer">Answers a request; called from several threads.</param>
    public LoopbackChatServer(Func<LoopbackRequest, LoopbackReply> answer)
    {
        _answer = answer;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Gets what a client is told.</summary>
    public Uri Endpoint => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1"));

    /// <summary>Gets what was asked, in the order in which it came.</summary>
    public ConcurrentQueue<LoopbackRequest> Requests { get; } = [];

    public void Dispose()
    {
        _closed.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_closed.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    // One request a connection. Who was killed has hung up.
    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                var stream = connection.GetStream();
                var request = await LoopbackRequest.ReadAsync(stream, _closed.Token);
                Requests.Enqueue(request);
                await _answer(request).WriteAsync(stream, _closed.Token);
                connection.Client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // nobody is there to be told
            }
        }
    }
}

/// <summary>A request that a server got.</summary>
/// <param name="Path">The path.</param>
/// <param name="Body">The body.</param>
internal sealed record LoopbackRequest(string Path, JsonElement Body)
{
    /// <summary>Gets when it came.</summary>
    public DateTime Time { get; } = DateTime.UtcNow;

    /// <summary>Gets the words of the newest message.</summary>
    public string Newest => TextOf(Body.GetProperty("messages").EnumerateArray().Last().GetProperty("content"));

    /// <summary>Gets all words, which tell questions apart.</summary>
    public string Key => Body.GetRawText();

    public static async Task<LoopbackRequest> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head.TakeLast(4)]).EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellation);
            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n");
        var length = lines.Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))["Content-Length:".Length..];
        var body = new byte[int.Parse(length, CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellation);
        using var document = JsonDocument.Parse(body);
        return new(lines[0].Split(' ')[1], document.RootElement.Clone());
    }

    private static string TextOf(JsonElement content) => content.ValueKind == JsonValueKind.String
        ? content.GetString()!
        : string.Concat(content.EnumerateArray().Select(part => part.GetProperty("text").GetString()));
}

/// <summary>What a server says.</summary>
/// <param name="Status">The status of HTTP.</param>
/// <param name="Body">What it sends.</param>
/// <param name="Headers">Further lines of its head.</param>
internal sealed record LoopbackReply(int Status, string Body, params string[] Headers)
{
    /// <summary>Gets after how many bytes of its body it hangs up; null sends all.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Gets whether it never answers.</summary>
    public bool Hangs { get; init; }

    /// <summary>An answer.</summary>
    /// <param name="text">Its words.</param>
    /// <param name="model">The model that it says it is.</param>
    public static LoopbackReply Saying(string text, string model = "judge-1") => new(200, Answer($$"""
        {"index": 0, "message": {"role": "assistant", "content": {{JsonSerializer.Serialize(text)}} }, "finish_reason": "stop"}
        """, model));

    /// <summary>The object of an answer with these choices.</summary>
    public static string Answer(string choices, string model = "judge-1") => $$"""
        {"id": "1", "object": "chat.completion", "created": 1, "model": "{{model}}", "choices": [{{choices}}],
         "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18} }
        """;

    /// <summary>An error as OpenAI words them.</summary>
    public static LoopbackReply Error(int status, string message, params string[] headers) =>
        new(status, $$"""{"error": {"message": "{{message}}", "type": "error", "code": "{{status}}"} }""", headers);

    public async Task WriteAsync(Stream stream, CancellationToken cancellation)
    {
        if (Hangs)
            await Task.Delay(Timeout.Infinite, cancellation);
        var body = Encoding.UTF8.GetBytes(Body);
        string[] head = [$"HTTP/1.1 {Status} Status", "Content-Type: application/json", $"Content-Length: {body.Length}", "Connection: close", .. Headers];
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", head) + "\r\n\r\n"), cancellation);
        await stream.WriteAsync(body.AsMemory(0, CutAfter ?? body.Length), cancellation);
        await stream.FlushAsync(cancellation);
    }
}
