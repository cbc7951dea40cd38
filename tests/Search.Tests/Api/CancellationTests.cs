using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests.Api;

public sealed class CancellationTests
{
    [Fact]
    public async Task A_closed_connection_stops_the_search()
    {
        using var model = new TinyModel();
        var index = new EndlessIndex(new(model.Model.Id, model.Model.Width, model.Model.SegmentFrames, null));
        await using var api = await HostedApi.StartAsync(model.Model, videos: 0, services =>
            services.AddSingleton<IVectorIndex>(index));
        using var client = new CancellationTokenSource();

        var asked = api.Http.PostAsJsonAsync("/api/v1/search", new { text = "a red ball", exhaustive = true }, client.Token);
        await index.Begun.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await client.CancelAsync();

        await index.Ended.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    /// <summary>Has a model and no segments, and takes for ever to say so.</summary>
    private sealed class EndlessIndex(IndexModel model) : IVectorIndex
    {
        public TaskCompletionSource Begun { get; } = new();

        public TaskCompletionSource Ended { get; } = new();

        public ValueTask CheckAsync(CancellationToken cancellationToken) => default;

        public ValueTask<IndexModel?> GetModelAsync(CancellationToken cancellationToken) => new(model);

        public async IAsyncEnumerable<SegmentBatch> ReadAllAsync(CollectionId collection, SegmentBatch batch,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Ended.SetResult();
            }
            yield break;
        }

        public ValueTask BindAsync(IndexModel model, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyDictionary<VideoId, int>> CountByVideoAsync(CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask UpsertAsync(IReadOnlyList<Segment> segments, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask DeleteAsync(VideoId video, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<long> CountAsync(CancellationToken cancellationToken) => new(0L);

        public ValueTask<int> CountAsync(VideoId video, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<SegmentMatch>> NearestAsync(CollectionId collection, VectorSpace space,
            ReadOnlyMemory<float> query, int count, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<FrameMatch>> NearestFramesAsync(CollectionId collection, ReadOnlyMemory<float> query,
            int count, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask FetchAsync(IReadOnlyList<SegmentId> segments, SegmentBatch batch, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<SegmentPlace>> FetchPlacesAsync(
            IReadOnlyList<SegmentId> segments, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<SegmentFrames>> FetchFramesAsync(IReadOnlyList<SegmentId> segments,
            CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
