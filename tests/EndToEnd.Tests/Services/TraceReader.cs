using System.Net.Http.Json;
using System.Text.Json;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>A span as the trace dashboard answers it.</summary>
/// <param name="Trace">The trace, in hexadecimal.</param>
/// <param name="Id">The span, in hexadecimal.</param>
/// <param name="Parent">The span that it is a part of; empty where there is none.</param>
/// <param name="Name">What was done.</param>
internal sealed record ShownSpan(string Trace, string Id, string Parent, string Name);

/// <summary>Reads traces back from the dashboard's telemetry API, with the token of its address.</summary>
internal sealed class TraceReader : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http;

    public TraceReader(Uri address)
    {
        _http = new() { BaseAddress = address };
        _http.DefaultRequestHeaders.Add("x-api-key", address.Query.Split("t=")[1]);
    }

    /// <summary>The spans of the trace that has a span of a name; asks until they are whole, or patience is at its end.</summary>
    public async Task<List<ShownSpan>> TraceAsync(string name, Func<List<ShownSpan>, bool> isWhole)
    {
        using var limit = new CancellationTokenSource(s_patience);
        for (; ; await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None))
        {
            var all = await SpansAsync();
            var trace = all.Find(span => span.Name == name)?.Trace;
            var spans = all.FindAll(span => span.Trace == trace);
            if (isWhole(spans) || limit.IsCancellationRequested)
                return spans;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<List<ShownSpan>> SpansAsync()
    {
        var answer = await _http.GetFromJsonAsync<JsonElement>("/api/telemetry/traces?limit=10000");
        return
        [
            .. from resource in answer.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
               from scope in resource.GetProperty("scopeSpans").EnumerateArray()
               from span in scope.GetProperty("spans").EnumerateArray()
               select new ShownSpan(
                   span.GetProperty("traceId").GetString()!,
                   span.GetProperty("spanId").GetString()!,
                   span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString()! : "",
                   span.GetProperty("name").GetString()!),
        ];
    }
}
