using System.Collections.Concurrent;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Query;

/// <summary>What all searches of an engine share. Safe for concurrent use.</summary>
internal sealed class SearchContext(
    VideoTextModel model, IVectorIndex index, ICatalog catalog, TimeProvider time, SearchOptions options,
        ITranscriptIndex? transcripts, ModelThreads threads) : IDisposable
{
    private readonly ConcurrentBag<SegmentBatch> _batches = [];

    public VideoTextModel Model => model;

    /// <summary>Where the model runs on several processors.</summary>
    public ModelThreads Threads => threads;

    public IVectorIndex Index => index;

    public ICatalog Catalog => catalog;

    public TimeProvider Time => time;

    public SearchOptions Options => options;

    /// <summary>What is said in the videos; null where that is not known.</summary>
    public ITranscriptIndex? Transcripts => transcripts;

    public IndexSize IndexSize { get; } = new(catalog, time);

    /// <summary>Which footage the calibration says nothing of; null where that was not measured.</summary>
    public UnfamiliarFootage? Unfamiliar { get; } =
        model.Calibration?.Footage is { } footage ? new(footage, model.Id, index) : null;

    public FeatureCache Features { get; } = new(index, model, options.FeatureCacheBytes);

    public TextCache Texts { get; } = new(model, threads, options.CachedTexts);

    /// <summary>A batch with room for segments. Batches are megabytes; those that were returned are used again.</summary>
    public SegmentBatch RentBatch(IndexModel bound, int segments) =>
        _batches.TryTake(out var batch) && batch.Capacity >= segments ? batch
            : new(Math.Max(segments, options.Candidates), bound);

    public void ReturnBatch(SegmentBatch batch) => _batches.Add(batch);

    public void Dispose() => threads.Dispose();
}
