using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using TcMgc.EndToEnd.Tests.Services.Otlp;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>A span as it was sent.</summary>
/// <param name="Service">Name of the service that sent it.</param>
/// <param name="Name">What was done.</param>
/// <param name="Trace">The trace, in hexadecimal.</param>
/// <param name="Id">The span, in hexadecimal.</param>
/// <param name="Parent">The span that it is a part of; empty where there is none.</param>
/// <param name="Tags">Its attributes that are text.</param>
internal sealed record SentSpan(
    string Service, string Name, string Trace, string Id, string Parent, IReadOnlyDictionary<string, string> Tags);

/// <summary>A log record as it was sent.</summary>
internal sealed record SentLog(string Service, string Trace, string Body);

/// <summary>Receives what OpenTelemetry's exporters send by http/protobuf.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private LocalServer? _server;

    public string Url => _server!.Url;

    public ConcurrentQueue<SentSpan> Spans { get; } = [];

    public ConcurrentDictionary<string, bool> Metrics { get; } = [];

    public ConcurrentQueue<SentLog> Logs { get; } = [];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        receiver._server = await LocalServer.StartAsync(receiver.ReceiveAsync);
        return receiver;
    }

    /// <summary>Waits until a metric was sent.</summary>
    public async Task UntilMeasuredAsync(string metric)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!Metrics.ContainsKey(metric))
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var bytes = body.ToArray();
        switch (http.Request.Path.Value)
        {
            case "/v1/traces":
                Take(ExportTraces.Parser.ParseFrom(bytes));
                break;
            case "/v1/metrics":
                Take(ExportMetrics.Parser.ParseFrom(bytes));
                break;
            case "/v1/logs":
                Take(ExportLogs.Parser.ParseFrom(bytes));
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }
        http.Response.ContentType = "application/x-protobuf"; // An empty message: all of it was taken.
    }

    private void Take(ExportTraces traces)
    {
        foreach (var resource in traces.ResourceSpans)
            foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                Spans.Enqueue(
                    new(ServiceOf(resource.Resource), span.Name, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId),
                        Texts(span.Attributes)));
    }

    private void Take(ExportMetrics metrics)
    {
        foreach (var metric in metrics.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics)
            .SelectMany(scope => scope.Metrics))
            Metrics[metric.Name] = true;
    }

    private void Take(ExportLogs logs)
    {
        foreach (var resource in logs.ResourceLogs)
            foreach (var record in resource.ScopeLogs.SelectMany(scope => scope.LogRecords))
                Logs.Enqueue(new(ServiceOf(resource.Resource), Hex(record.TraceId), record.Body?.StringValue ?? ""));
    }

    private static string ServiceOf(Resource resource) => Texts(resource.Attributes)["service.name"];

    private static Dictionary<string, string> Texts(IEnumerable<KeyValue> attributes) =>
        attributes.Where(one => one.Value is { StringValue.Length: > 0 })
        .ToDictionary(one => one.Key, one => one.Value.StringValue, StringComparer.Ordinal);

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);
}
