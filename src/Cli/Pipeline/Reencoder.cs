using TcMgc.Featurizer;
using TcMgc.Ingest;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Encodes videos that are indexed already with another model, from their originals. The frame packs are in a temporary folder:
/// services that run at the same time see nothing of them.
/// </summary>
internal sealed class Reencoder : IAsyncDisposable
{
    private readonly Storage _stores;
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-reindex-").FullName;
    private readonly FolderBlobStore _packs;
    private readonly VideoDecoder _decoder;
    private readonly VideoEncoder _encoder;
    private readonly Dictionary<VideoId, Failure> _failed = [];

    public Reencoder(Storage stores, VideoTextModel model, MediaOptions media, FeaturizeOptions options)
    {
        _stores = stores;
        _packs = new(_folder);
        _decoder = new(_packs, model.FrameSide, TimeProvider.System, media) { WritesPictures = false };
        _encoder = new(model, _packs, TimeProvider.System, options);
    }

    /// <summary>A video that cannot be encoded.</summary>
    public sealed record Failure(VideoId Video, string Name, string Reason);

    /// <summary>The new model.</summary>
    public VideoTextModel Model => _encoder.Model;

    /// <summary>The videos that were tried and cannot be encoded.</summary>
    public IReadOnlyCollection<Failure> Failed => _failed.Values;

    /// <summary>Encodes a video and writes its segments.</summary>
    /// <returns>Their number; 0 where the video was removed, or cannot be encoded now or when it was tried before.</returns>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used.</exception>
    public async ValueTask<int> WriteAsync(VideoId video, IVectorIndex index, CancellationToken cancel)
    {
        if (_failed.ContainsKey(video)
            || await _stores.Catalog.GetAsync(video, cancel) is not { State: VideoState.Indexed } entry)
            return 0;
        var encoded = await EncodeAsync(entry, cancel);
        if (!encoded.Succeeded)
        {
            _failed[video] = new(video, entry.Name, encoded.Fault.Reason);
            return 0;
        }
        await index.UpsertAsync(encoded.Value, cancel);
        return encoded.Value.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _encoder.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask<StepResult<IReadOnlyList<Segment>>> EncodeAsync(CatalogEntry entry, CancellationToken cancel)
    {
        try
        {
            var original = await OriginalFile.OpenAsync(entry.Source, entry.Bytes, _stores.Blobs, cancel);
            await using var _ = original;
            if (original.Reason is { } reason)
                return new(new VideoFault("original", reason));
            var decoded = await _decoder.DecodeAsync(entry.Id, original.Path, null, cancel);
            return decoded.Succeeded
                ? await _encoder.EncodeAsync(
                    entry.Id, entry.Collection, decoded.Value.Pack, decoded.Value.Duration, null, cancel)
                : new(decoded.Fault);
        }
        finally
        {
            await _packs.DeleteAsync(VideoBlobs.FramesOf(entry.Id), CancellationToken.None);
        }
    }
}
