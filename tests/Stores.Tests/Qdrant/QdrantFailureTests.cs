using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Http;
using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Qdrant;
using TcMgc.Stores.Tests.Qdrant.StandIn;
using static TcMgc.Stores.Tests.SampleSegments;

namespace TcMgc.Stores.Tests.Qdrant;

/// <summary>What goes wrong on the way to Qdrant, played by the stand-in.</summary>
public sealed class QdrantFailureTests : IAsyncLifetime
{
    private QdrantStandIn _server = null!;
    private readonly List<GrpcChannel> _channels = [];
    private QdrantVectorIndex _index = null!;

    /// <summary>The system's clock, put forward.</summary>
    private sealed class ClockAhead : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Ahead;
    }

    private static CancellationToken Never => CancellationToken.None;

    private QdrantOptions Options => new() { Url = _server.Url, Retries = 2, RetryDelay = TimeSpan.FromMilliseconds(1) };

    public async ValueTask InitializeAsync()
    {
        _server = await QdrantStandIn.StartAsync();
        _index = new(Options, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _index.Dispose();
        _channels.ForEach(channel => channel.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_server_that_is_down_is_told_with_its_address_and_the_key_to_set()
    {
        await _server.DisposeAsync();

        var error = await Refusal(_index);

        Assert.StartsWith($"Qdrant at {_server.Url} does not answer", error, StringComparison.Ordinal);
        Assert.Contains("Qdrant:Url", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.DeadlineExceeded)]
    public async Task A_failure_that_passes_is_not_noticed(StatusCode status)
    {
        await _index.BindAsync(Model, Never);
        var before = _server.Requests;
        Fail(times: 2, status);

        Assert.Equal(Model, await _index.GetModelAsync(Never));
        Assert.Equal(3, _server.Requests - before);
    }

    [Fact]
    public async Task A_failure_that_stays_is_told_with_what_the_server_says()
    {
        Fail(int.MaxValue, StatusCode.Unavailable, "Service is\n restarting");

        Assert.Equal($"Qdrant at {_server.Url} fails (Unavailable: Service is restarting); its log says why",
            await Refusal(_index));
    }

    [Fact]
    public async Task A_request_that_can_never_succeed_is_made_once()
    {
        await _index.BindAsync(Model, Never);
        var before = _server.Requests;
        Fail(int.MaxValue, StatusCode.InvalidArgument);

        await Assert.ThrowsAsync<UserException>(async () => await _index.GetModelAsync(Never));
        Assert.Equal(1, _server.Requests - before);
    }

    [Fact]
    public async Task One_slow_answer_is_not_waited_for()
    {
        using var index = new QdrantVectorIndex(Options with { SearchTimeout = TimeSpan.FromSeconds(2) }, TimeProvider.System);
        await index.BindAsync(Model, Never);
        Fail(times: 1, Hang);

        Assert.Equal(Model, await index.GetModelAsync(Never));
    }

    [Fact]
    public async Task A_server_that_stays_slow_is_told_with_the_key_to_set()
    {
        using var index = new QdrantVectorIndex(Options with { SearchTimeout = TimeSpan.FromSeconds(0.1) }, TimeProvider.System);
        Fail(int.MaxValue, Hang);

        Assert.Equal($"Qdrant at {_server.Url} took longer than 0.1 s; check its load, or make Qdrant:SearchTimeout longer",
            await Refusal(index));
    }

    [Fact]
    public async Task A_server_that_hangs_ends_a_search_within_5_seconds_and_a_check_within_2_and_both_recover()
    {
        using var index = new QdrantVectorIndex(new() { Url = _server.Url }, TimeProvider.System);
        await index.BindAsync(Model, Never);
        await index.UpsertAsync(Of(1, 3, 1), Never);
        Fail(int.MaxValue, Hang);

        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await index.CheckAsync(Never));
        var check = Stopwatch.GetElapsedTime(started);
        started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
            await index.NearestAsync(CollectionId.Default, VectorSpace.Text, Of(1, 1, 1)[0].TextVector, 3, Never));
        var search = Stopwatch.GetElapsedTime(started);
        _server.Before = null;

        await index.CheckAsync(Never);
        Assert.Equal(3, (await index.NearestAsync(default, VectorSpace.Text, Of(1, 1, 1)[0].TextVector, 3, Never)).Count);
        Assert.True(check < TimeSpan.FromSeconds(2) && search < TimeSpan.FromSeconds(5), $"check {check}, search {search}");
    }

    [Fact]
    public async Task Every_call_has_a_deadline_and_asks_for_no_compression()
    {
        var calls = new List<(string Path, string? Timeout, string? Encoding)>();
        _server.Before = context =>
        {
            var headers = context.Request.Headers;
            lock (calls)
                calls.Add((context.Request.Path, headers["grpc-timeout"], headers["grpc-accept-encoding"]));
            return Task.FromResult(false);
        };
        await _index.BindAsync(Model, Never);
        await _index.UpsertAsync(Of(1, 3, 1), Never);
        await _index.CheckAsync(Never);
        await _index.NearestAsync(CollectionId.Default, VectorSpace.Text, Of(1, 1, 1)[0].TextVector, 3, Never);

        Assert.All(calls, call => Assert.False(string.IsNullOrEmpty(call.Timeout), call.Path));
        Assert.All(calls, call => Assert.Equal("identity", call.Encoding?.Trim(',') ?? "identity"));
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_obeyed_at_once()
    {
        using var cancel = new CancellationTokenSource();
        Fail(int.MaxValue, async context =>
        {
            await cancel.CancelAsync();
            await Hang(context);
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _index.GetModelAsync(cancel.Token));
        Assert.Equal(1, _server.Requests);
    }

    [Theory]
    [InlineData("wrong", "refuses the API key")]
    [InlineData(null, "refuses requests without an API key")]
    public async Task A_wrong_API_key_is_told_at_once(string? key, string reason)
    {
        _server.ApiKey = "right";
        using var index = new QdrantVectorIndex(Options with { ApiKey = key }, TimeProvider.System);
        using var right = new QdrantVectorIndex(Options with { ApiKey = "right" }, TimeProvider.System);

        var error = await Refusal(index);

        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains("Qdrant:ApiKey", error, StringComparison.Ordinal);
        Assert.Equal(1, _server.Requests);
        Assert.Null(await right.GetModelAsync(Never));
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_at_once()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var server = await QdrantStandIn.StartAsync(certificate: certificate);
        using var index = new QdrantVectorIndex(Options with { Url = server.Url }, TimeProvider.System);

        Assert.Contains("cannot be reached over TLS", await Refusal(index), StringComparison.Ordinal);
        Assert.Equal(0, server.Requests);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_read_again_from_its_start()
    {
        await _index.BindAsync(Model, Never);
        var segments = Of(1, 20, 1);
        await _index.UpsertAsync(segments, Never);
        Fail(times: 1, Truncate);
        var batch = new SegmentBatch(20, Model);

        await _index.FetchAsync([.. segments.Select(segment => segment.Place.Id)], batch, Never);

        Assert.Equal(segments.Select(segment => segment.Place.Id), batch.Places.ToArray().Select(place => place.Id));
    }

    [Fact]
    public async Task Answers_that_always_break_off_are_told()
    {
        Fail(int.MaxValue, Truncate);

        Assert.Contains("does not answer", await Refusal(_index), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_at_the_address_is_told()
    {
        Fail(int.MaxValue, context =>
        {
            context.Response.ContentType = "text/html";
            return context.Response.WriteAsync("<html>It works!</html>");
        });

        Assert.Contains("answers what Qdrant does not", await Refusal(_index), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_failed_too_often_is_left_alone()
    {
        Fail(int.MaxValue, StatusCode.Unavailable);
        for (var i = 0; i < 5; i++)
            await Refusal(_index);
        var before = _server.Requests;

        Assert.Contains("left alone", await Refusal(_index), StringComparison.Ordinal);
        Assert.Equal(before, _server.Requests);
    }

    [Fact]
    public async Task A_server_that_was_left_alone_is_asked_again_after_a_while()
    {
        var clock = new ClockAhead();
        using var index = new QdrantVectorIndex(Options with { Retries = 0 }, clock);
        Fail(times: 12, StatusCode.Unavailable);
        for (var i = 0; i < 12; i++)
            await Refusal(index);
        Assert.Contains("left alone", await Refusal(index), StringComparison.Ordinal);

        clock.Ahead = TimeSpan.FromSeconds(11);

        Assert.Null(await index.GetModelAsync(Never));
    }

    [Fact]
    public async Task A_collection_of_other_dimensions_is_refused()
    {
        var create = CollectionLayout.Create($"tcmgc-{Model.Id}", Model, Options);
        create.VectorsConfig.ParamsMap.Map["frames"].Size = 16;
        await Client().Collections.CreateAsync(create);

        var error = await Assert.ThrowsAsync<UserException>(async () => await _index.BindAsync(Model, Never));

        Assert.Contains($"the collection tcmgc-{Model.Id} was not made by TcMgc for vectors of its model", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collection_of_the_alias_name_that_is_not_ours_is_refused()
    {
        await Client().Collections.CreateAsync(
            new CreateCollection
            {
                CollectionName = "tcmgc",
                VectorsConfig = new() { Params = new() { Size = 16, Distance = Distance.Dot } }
            });

        Assert.Contains("was not made by TcMgc", await Refusal(_index), StringComparison.Ordinal);
    }

    public static TheoryData<string, Action<PointStruct>> Damages => new()
    {
        { "features", point => point.Vectors.Vectors_.Vectors.Remove("features") },
        { "features", point => point.Vectors.Vectors_.Vectors["features"].MultiDense.Vectors.RemoveAt(0) },
        { "text", point => point.Vectors.Vectors_.Vectors.Remove("text") },
        { "times", point => point.Payload["times"] = Array.Empty<Value>() },
        { "times", point => point.Payload["times"] = "x" },
        { "start", point => point.Payload.Remove("start") },
        { "video", point => point.Payload["video"] = 7 },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_point_that_something_else_changed_is_told_as_damage(string named, Action<PointStruct> damage)
    {
        ArgumentNullException.ThrowIfNull(damage);
        await _index.BindAsync(Model, Never);
        var segment = Of(1, 2, 1)[0];
        var point = SegmentPoint.Of(segment, last: true);
        damage(point);
        await Client().Points.UpsertAsync(
            new UpsertPoints { CollectionName = $"tcmgc-{Model.Id}", Wait = true, Points = { point } });

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await _index.FetchAsync([segment.Place.Id], new(1, Model), Never));

        Assert.Contains($"holds what TcMgc did not write (segment {segment.Place.Id}: its {named} ", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_writer_whose_collection_was_deleted_says_so_and_writes_nowhere_else()
    {
        await _index.BindAsync(Model, Never);
        await Client().Collections.DeleteAsync(new DeleteCollection { CollectionName = $"tcmgc-{Model.Id}" });

        var error = await Assert.ThrowsAsync<UserException>(async () => await _index.UpsertAsync(Of(1, 1, 1), Never));

        Assert.Contains("is gone", error.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Collections);
    }

    private static Task Hang(HttpContext context) =>
        Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    private static async Task Truncate(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync((byte[])[0, 0, 0, 39, 16, 10, 8]); // The first bytes of 10,000.
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static async Task<string> Refusal(QdrantVectorIndex index) =>
        (await Assert.ThrowsAnyAsync<UserException>(async () => await index.GetModelAsync(Never))).Message;

    private void Fail(int times, StatusCode status, string detail = "") =>
        Fail(times, context => QdrantStandIn.FailAsync(context, status, detail));

    private void Fail(int times, Func<HttpContext, Task> answer)
    {
        var left = times;
        _server.Before = async context =>
        {
            if (Interlocked.Decrement(ref left) < 0)
                return false;
            await answer(context);
            return true;
        };
    }

    private QdrantGrpcClient Client()
    {
        var channel = GrpcChannel.ForAddress(_server.Url);
        _channels.Add(channel);
        return new(channel);
    }
}
