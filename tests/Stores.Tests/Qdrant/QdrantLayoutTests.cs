using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Qdrant;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests.Qdrant;

/// <summary>What a new collection is asked to be, and how it is searched.</summary>
public sealed class QdrantLayoutTests : IAsyncLifetime
{
    private QdrantStandIn _server = null!;

    private static CancellationToken Never => CancellationToken.None;

    public async ValueTask InitializeAsync() => _server = await QdrantStandIn.StartAsync();

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Pooled_vectors_are_in_memory_and_frames_and_features_are_multivectors_of_halves_on_disk()
    {
        var vectors = await VectorsAsync(new() { Url = _server.Url });

        Assert.Equal(
            new VectorParams
            {
                Size = 8,
                Distance = Distance.Dot,
                Memory = Memory.Cached,
                HnswConfig = new() { M = 16, EfConstruct = 100 }
            },
            vectors["text"]);
        Assert.Equal(vectors["text"], vectors["image"]);
        Assert.Equal(
            new VectorParams
            {
                Size = 8,
                Distance = Distance.Dot,
                Memory = Memory.Cold,
                HnswConfig = new() { M = 0 },
                Datatype = Datatype.Float16,
                MultivectorConfig = new() { Comparator = MultiVectorComparator.MaxSim },
            },
            vectors["frames"]);
        Assert.Equal(vectors["frames"], vectors["features"]);
    }

    [Theory]
    [InlineData(QdrantQuantization.Scalar, 2.0)]
    [InlineData(QdrantQuantization.Binary, 4.0)]
    public async Task Quantised_copies_are_in_memory_and_rescored_with_what_is_on_disk(QdrantQuantization quantization,
        double oversampling)
    {
        var options = new QdrantOptions { Url = _server.Url, OnDisk = true, Quantization = quantization };

        var text = (await VectorsAsync(options))["text"];
        var search = await SearchAsync(
            options, (index, query) => index.NearestAsync(default, VectorSpace.Text, query, 3, Never).AsTask());

        Assert.Equal(Memory.Cold, text.Memory);
        Assert.Equal(
            quantization == QdrantQuantization.Scalar
                ? new QuantizationConfig
                {
                    Scalar = new()
                    {
                        Type = QuantizationType.Int8,
                        Quantile = 0.99f,
                        Memory = Memory.Pinned
                    }
                }
                : new QuantizationConfig { Binary = new() { Memory = Memory.Pinned } },
            text.QuantizationConfig);
        Assert.Equal((true, oversampling), (search.Quantization.Rescore, search.Quantization.Oversampling));
    }

    [Theory]
    [InlineData(false, 0, true)]
    [InlineData(true, 16, false)]
    public async Task Frames_are_compared_one_by_one_or_by_a_graph(bool graph, int edges, bool exact)
    {
        var options = new QdrantOptions { Url = _server.Url, FrameGraph = graph };

        var vectors = await VectorsAsync(options);
        var search = await SearchAsync(options, (index, query) => index.NearestFramesAsync(default, query, 3, Never).AsTask());

        Assert.Equal((edges, 0), ((int)vectors["frames"].HnswConfig.M, (int)vectors["features"].HnswConfig.M));
        Assert.Equal(exact, search.Exact);
    }

    [Fact]
    public async Task Shards_and_copies_are_as_set_and_payload_is_on_disk()
    {
        await VectorsAsync(new() { Url = _server.Url, ShardNumber = 6, ReplicationFactor = 2 });

        var asked = _server.Asked.OfType<CreateCollection>().Single();
        Assert.Equal((6u, 2u, Memory.Cold), (asked.ShardNumber, asked.ReplicationFactor, asked.Payload.Memory));
    }

    [Fact]
    public async Task Points_are_kept_by_collection_as_tenants_and_those_of_the_default_one_name_none()
    {
        using var index = new QdrantVectorIndex(new() { Url = _server.Url }, TimeProvider.System);
        await index.BindAsync(Model, Never);
        var press = TcMgc.Shared.CollectionId.Parse("press");
        await index.UpsertAsync([.. Of(1, 1, 1), .. In(press, Of(2, 1, 2))], Never);
        await index.NearestAsync(press, VectorSpace.Text, Of(1, 1, 1)[0].TextVector, 3, Never);

        Assert.Equal([null, "press"], _server.Asked.OfType<UpsertPoints>().Single().Points.Select(point =>
            point.Payload.TryGetValue("collection", out var value) ? value.StringValue : null));
        var asked = _server.Asked.OfType<CreateFieldIndexCollection>().First(one => one.FieldName == "collection");
        Assert.True(asked.FieldIndexParams.KeywordIndexParams.IsTenant);
        Assert.Equal(("collection", "press"), _server.Asked.OfType<QueryPoints>().Single().Filter.Must.Select(condition =>
            (condition.Field.Key, condition.Field.Match.Keyword)).Single());
    }

    [Fact]
    public async Task A_collection_in_Qdrant_of_an_earlier_program_gets_the_index_when_a_worker_binds_it()
    {
        var options = new QdrantOptions { Url = _server.Url };
        await VectorsAsync(options);
        var before = _server.Asked.Count;

        await VectorsAsync(options);

        Assert.Contains(
            "collection", _server.Asked.Skip(before).OfType<CreateFieldIndexCollection>().Select(one => one.FieldName));
    }

    [Fact]
    public async Task Every_write_waits_until_readers_see_it()
    {
        using var index = new QdrantVectorIndex(new() { Url = _server.Url, BatchSize = 2 }, TimeProvider.System);
        await index.BindAsync(Model, Never);
        await index.UpsertAsync(Of(1, 5, 1), Never);

        var writes = _server.Asked.OfType<UpsertPoints>().ToList();
        Assert.Equal([2, 2, 1], writes.Select(write => write.Points.Count));
        Assert.All(writes, write => Assert.True(write.Wait));
        Assert.All(_server.Asked.OfType<DeletePoints>(), delete => Assert.True(delete.Wait));
    }

    private async Task<IDictionary<string, VectorParams>> VectorsAsync(QdrantOptions options)
    {
        using var index = new QdrantVectorIndex(options, TimeProvider.System);
        await index.BindAsync(Model, Never);
        return _server.Asked.OfType<CreateCollection>().Last().VectorsConfig.ParamsMap.Map;
    }

    private async Task<SearchParams> SearchAsync(QdrantOptions options, Func<QdrantVectorIndex, ReadOnlyMemory<float>,
        Task> search)
    {
        using var index = new QdrantVectorIndex(options, TimeProvider.System);
        await index.BindAsync(Model, Never);
        var segments = Of(1, 3, 1);
        await index.UpsertAsync(segments, Never);
        await search(index, segments[0].TextVector);
        return _server.Asked.OfType<QueryPoints>().First().Params;
    }
}
