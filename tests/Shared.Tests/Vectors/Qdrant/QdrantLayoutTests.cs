using System.Text.Json;
using TcMgc.Shared.Tests.Vectors.Qdrant.StandIn;
using TcMgc.Shared.Vectors;
using TcMgc.Shared.Vectors.Qdrant;
using static TcMgc.Shared.Tests.Vectors.SampleSegments;

namespace TcMgc.Shared.Tests.Vectors.Qdrant;

/// <summary>What a new collection is asked to be; the stand-in refuses what Qdrant's description does not know.</summary>
public sealed class QdrantLayoutTests : IAsyncLifetime
{
    private readonly Dictionary<string, JsonElement> _asked = new(StringComparer.Ordinal);
    private QdrantStandIn _server = null!;

    private static CancellationToken Never => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        _server = await QdrantStandIn.StartAsync();
        _server.Before = async context =>
        {
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            copy.Position = 0;
            context.Request.Body = new MemoryStream(copy.ToArray());
            if (copy.Length > 0)
                _asked[$"{context.Request.Method} {context.Request.Path.Value!.Split('/')[^1]}"] = (await JsonDocument.ParseAsync(copy)).RootElement.Clone();
            return false;
        };
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Pooled_vectors_are_in_memory_and_frames_a_multivector_of_halves_on_disk()
    {
        var vectors = await VectorsAsync(new() { Url = _server.Url });

        Assert.Equal("""{"size":8,"distance":"Dot","on_disk":false,"hnsw_config":{"m":16,"ef_construct":100}}""", Plain(vectors.GetProperty("text")));
        Assert.Equal(Plain(vectors.GetProperty("text")), Plain(vectors.GetProperty("image")));
        Assert.Equal(
            """{"size":8,"distance":"Dot","on_disk":true,"hnsw_config":{"m":0},"datatype":"float16","multivector_config":{"comparator":"max_sim"}}""",
            Plain(vectors.GetProperty("frames")));
    }

    [Theory]
    [InlineData(QdrantQuantization.Scalar, """{"scalar":{"type":"int8","quantile":0.99,"always_ram":true}}""", 2.0)]
    [InlineData(QdrantQuantization.Binary, """{"binary":{"always_ram":true}}""", 4.0)]
    public async Task Quantised_copies_are_in_memory_and_rescored_with_what_is_on_disk(QdrantQuantization quantization, string config, double oversampling)
    {
        var options = new QdrantOptions { Url = _server.Url, OnDisk = true, Quantization = quantization };

        var text = (await VectorsAsync(options)).GetProperty("text");
        var search = await SearchAsync(options, (index, query) => index.NearestAsync(VectorSpace.Text, query, 3, Never).AsTask());

        Assert.True(text.GetProperty("on_disk").GetBoolean());
        Assert.Equal(config, Plain(text.GetProperty("quantization_config")));
        Assert.Equal((true, oversampling), (search.GetProperty("quantization").GetProperty("rescore").GetBoolean(), search.GetProperty("quantization").GetProperty("oversampling").GetDouble()));
    }

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(true, 16, false)]
    public async Task Frames_are_compared_one_by_one_or_by_a_graph(bool graph, int edges, bool exact)
    {
        var options = new QdrantOptions { Url = _server.Url, FrameGraph = graph };

        var frames = (await VectorsAsync(options)).GetProperty("frames");
        var search = await SearchAsync(options, (index, query) => index.NearestFramesAsync(query, 3, Never).AsTask());

        Assert.Equal(edges, frames.GetProperty("hnsw_config").GetProperty("m").GetInt32());
        Assert.Equal(exact, search.GetProperty("exact").GetBoolean());
    }

    [Fact]
    public async Task Shards_and_copies_are_as_set()
    {
        await VectorsAsync(new() { Url = _server.Url, ShardNumber = 6, ReplicationFactor = 2 });

        var asked = _asked[$"PUT tcmgc-{Model.Id}"];
        Assert.Equal((6, 2, true), (asked.GetProperty("shard_number").GetInt32(), asked.GetProperty("replication_factor").GetInt32(), asked.GetProperty("on_disk_payload").GetBoolean()));
    }

    private async Task<JsonElement> VectorsAsync(QdrantOptions options)
    {
        using var index = new QdrantVectorIndex(options, TimeProvider.System);
        await index.BindAsync(Model, Never);
        return _asked[$"PUT tcmgc-{Model.Id}"].GetProperty("vectors");
    }

    private async Task<JsonElement> SearchAsync(QdrantOptions options, Func<QdrantVectorIndex, ReadOnlyMemory<float>, Task> search)
    {
        using var index = new QdrantVectorIndex(options, TimeProvider.System);
        await index.BindAsync(Model, Never);
        var segments = Of(1, 3, 1);
        await index.UpsertAsync(segments, Never);
        await search(index, segments[0].TextVector);
        return _asked.Values.First(body => body.TryGetProperty("params", out _)).GetProperty("params");
    }

    private static string Plain(JsonElement json) => JsonSerializer.Serialize(json);
}
