using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace TcMgc.Tests.Common;

/// <summary>A hub on this machine: serves files from memory as the public hub does, and fails on request.</summary>
internal sealed class LocalHub : IDisposable
{
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly HttpListener _listener;
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LocalHub()
    {
        (_listener, Address) = Listen();
        _ = Task.Run(ServeAsync); // Not on the threads of the tests, which may all wait for an answer.
    }

    public string Address { get; }

    /// <summary>Files by <c>owner/name/file</c>.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>A wrong SHA-256 to announce for a file.</summary>
    public ConcurrentDictionary<string, string> Announced { get; } = new();

    /// <summary>Bytes after which the next responses break off, for one response with more bytes each.</summary>
    public ConcurrentQueue<int> BreakOffs { get; } = new();

    /// <summary>Statuses of the next responses to any requests.</summary>
    public ConcurrentQueue<int> Failures { get; } = new();

    /// <summary>Address that files are redirected to; null for this hub.</summary>
    public string? Elsewhere { get; set; }

    /// <summary>Difference between the announced and the real size of files, in bytes.</summary>
    public int Misannounced { get; set; }

    /// <summary>Set to stall the next content after its first byte until the hub is disposed; completed once it stalls.</summary>
    public TaskCompletionSource? Stall { get; set; }

    /// <summary>Requests so far: method, path, and the first byte asked for where it is not 0.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Whether parts of files are served; otherwise always whole files.</summary>
    public bool ServesRanges { get; set; } = true;

    public IEnumerable<string> Contents => Requests.Where(r => r.StartsWith("GET", StringComparison.Ordinal));

    /// <summary>Ends the stall and every connection, without waiting for the serving task.</summary>
    public void Dispose()
    {
        _disposed.TrySetResult();
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            try
            {
                await AnswerAsync(context.Request, context.Response);
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or IOException or InvalidOperationException)
            {
                context.Response.Abort();
            }
        }
    }

    private async Task AnswerAsync(HttpListenerRequest request, HttpListenerResponse response)
    {
        var path = request.Url!.AbsolutePath.Trim('/');
        var from = request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture)
            : 0;
        Requests.Enqueue(from > 0 ? $"{request.HttpMethod} {path} {from}" : $"{request.HttpMethod} {path}");
        if (Failures.TryDequeue(out var status))
            response.StatusCode = status;
        else if (path.Split('/') is [var owner, var name, "resolve", _, var file]
            && Files.TryGetValue($"{owner}/{name}/{file}", out var content))
            Resolve(response, $"{owner}/{name}/{file}", content);
        else if (path.StartsWith("content/", StringComparison.Ordinal))
            await SendAsync(response, request.HttpMethod, Files[path["content/".Length..]], from);
        else
            response.StatusCode = 404;
    }

    /// <summary>Responds as the public hub does for a large file: with its description and a redirect to its content.</summary>
    private void Resolve(HttpListenerResponse response, string key, byte[] content)
    {
        response.StatusCode = 302;
        response.AddHeader("X-Repo-Commit", Commit);
        response.AddHeader("X-Linked-Size", (content.Length + Misannounced).ToString(CultureInfo.InvariantCulture));
        response.AddHeader(
            "X-Linked-Etag",
            $"\"{(Announced.TryGetValue(key, out var hash) ? hash : Convert.ToHexStringLower(SHA256.HashData(content)))}\"");
        response.AddHeader("Location", Elsewhere ?? $"/content/{key}");
    }

    private async Task SendAsync(HttpListenerResponse response, string method, byte[] content, int from)
    {
        if (!ServesRanges)
            from = 0;
        if (from > 0)
        {
            response.StatusCode = 206;
            response.AddHeader("Content-Range", $"bytes {from}-{content.Length - 1}/{content.Length}");
        }
        response.ContentLength64 = content.Length - from;
        if (method == "HEAD")
            return;
        var count = content.Length - from;
        if (BreakOffs.TryPeek(out var most) && count > most && BreakOffs.TryDequeue(out _))
        {
            await response.OutputStream.WriteAsync(content.AsMemory(from, most));
            await response.OutputStream.FlushAsync();
            response.Abort();
            return;
        }
        if (Stall is { } stall)
        {
            await response.OutputStream.WriteAsync(content.AsMemory(from, 1));
            await response.OutputStream.FlushAsync();
            stall.TrySetResult();
            await _disposed.Task;
        }
        await response.OutputStream.WriteAsync(content.AsMemory(from, count));
    }

    /// <summary>Another process may take a free port before this one listens on it: then it tries another.</summary>
    private static (HttpListener Listener, string Address) Listen()
    {
        while (true)
        {
            var listener = new HttpListener();
            var address = UnusedAddress();
            listener.Prefixes.Add(address + "/");
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    /// <summary>An address on this machine on which nothing listens.</summary>
    public static string UnusedAddress()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
    }
}
