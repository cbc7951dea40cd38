using System.Text.Json;
using TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;

namespace TcMgc.Shared.Tests.Vectors.Qdrant;

/// <summary>The server of a class of tests: the one that TCMGC_TEST_QDRANT names, or a stand-in. Its own collections go with it.</summary>
public sealed class QdrantServer : IAsyncLifetime
{
    private readonly string _prefix = $"tcmgc-test-{Guid.NewGuid():N}";
    private QdrantStandIn? _standIn;
    private int _aliases;

    public string Url => _standIn?.Url ?? Environment.GetEnvironmentVariable("TCMGC_TEST_QDRANT")!;

    public string NewAlias() => $"{_prefix}-{Interlocked.Increment(ref _aliases)}";

    public async ValueTask InitializeAsync() =>
        _standIn = Environment.GetEnvironmentVariable("TCMGC_TEST_QDRANT") is null ? await QdrantStandIn.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_standIn is not null)
        {
            await _standIn.DisposeAsync();
            return;
        }
        using var http = new HttpClient { BaseAddress = new(Url.TrimEnd('/') + "/") };
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri("collections", UriKind.Relative)));
        foreach (var collection in answer.RootElement.GetProperty("result").GetProperty("collections").EnumerateArray())
            if (collection.GetProperty("name").GetString() is { } name && name.StartsWith(_prefix, StringComparison.Ordinal))
                (await http.DeleteAsync(new Uri($"collections/{name}", UriKind.Relative))).Dispose();
    }
}
