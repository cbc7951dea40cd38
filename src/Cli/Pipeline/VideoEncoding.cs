using System.Diagnostics;
using TcMgc.Featurizer;
using TcMgc.Ingest;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Encodes videos that are indexed already by another model, from their originals. Frames and events on the way lie in a folder
/// of its own, deleted with it: the workers that serve meanwhile see none of them.
/// </summary>
internal sealed class VideoEncoding : IDisposable
{
    private readonly VideoTextModel _model;
    private readonly ICatalog _catalog;
    private readonly IBlobStore _originals;
    private readonly FeaturizeOptions _options;
    private readonly DataFolder _scratch;
    private readonly DecodeWorker _decoder;
    private readonly Dictionary<VideoId, Failure> _failed = [];

    private VideoEncoding(VideoTextModel model, ICatalog catalog, IBlobStore originals, MediaOptions media, FeaturizeOptions options, DataFolder scratch)
    {
        (_model, _catalog, _originals, _options, _scratch) = (model, catalog, originals, options, scratch);
        _decoder = new(scratch.Events, scratch.Blobs, scratch.Catalog, model.FrameSide, TimeProvider.System, media);
    }

    /// <summary>A video that cannot be encoded.</summary>
    public sealed record Failure(VideoId Video, string Name, string Reason);

    /// <summary>Those that were tried and cannot be encoded.</summary>
    public IReadOnlyCollection<Failure> Failed => _failed.Values;

    public static async ValueTask<VideoEncoding> OpenAsync(
        VideoTextModel model, ICatalog catalog, IBlobStore originals, MediaOptions media, FeaturizeOptions options, CancellationToken cancel)
    {
        var scratch = await DataFolder.OpenAsync(Directory.CreateTempSubdirectory("tcmgc-reindex-").FullName, TimeProvider.System, cancel);
        return new(model, catalog, originals, media, options, scratch);
    }

    /// <summary>Encodes a video and writes its segments.</summary>
    /// <returns>Their number; 0 where the video was removed, or cannot be encoded now or when it was tried before.</returns>
    /// <exception cref="UserException">ffmpeg is missing, or a store cannot be used.</exception>
    public async ValueTask<int> WriteAsync(VideoId video, IVectorIndex index, CancellationToken cancel)
    {
        if (_failed.ContainsKey(video) || await _catalog.GetAsync(video, cancel) is not { State: VideoState.Indexed } entry)
            return 0;
        switch (await EncodeAsync(entry, index, cancel))
        {
            case VideoIndexed indexed:
                return indexed.Segments;
            case VideoFailed failed:
                _failed[video] = new(video, entry.Name, failed.Reason);
                return 0;
            default:
                throw new UnreachableException();
        }
    }

    public void Dispose()
    {
        _scratch.Dispose();
        Directory.Delete(_scratch.Path, recursive: true);
    }

    private async ValueTask<UploadOutcome?> EncodeAsync(CatalogEntry entry, IVectorIndex index, CancellationToken cancel)
    {
        var upload = new VideoUploaded
        {
            EventId = entry.UploadId,
            VideoId = entry.Id,
            Time = entry.UploadedAt,
            FileName = entry.Name,
            Sha256 = entry.Sha256,
            Bytes = entry.Bytes,
            Source = entry.Source,
        };
        try
        {
            await BringAsync(upload, cancel);
            if (await _decoder.HandleAsync(upload, null, cancel) is var outcome && outcome is not VideoDecoded decoded)
                return outcome;
            await using var featurizer = new FeaturizeWorker(_model, null, _scratch.Events, _scratch.Blobs, index, _scratch.Catalog, TimeProvider.System, _options);
            return await featurizer.HandleAsync(decoded, null, cancel);
        }
        finally
        {
            await _scratch.Blobs.DeleteAsync(VideoBlobs.FramesOf(entry.Id), CancellationToken.None);
            if (upload.LocalPath is null)
                await _scratch.Blobs.DeleteAsync(entry.Source, CancellationToken.None);
        }
    }

    /// <summary>The original to where the decoder looks for it, unless that is its user's own file.</summary>
    private async ValueTask BringAsync(VideoUploaded upload, CancellationToken cancel)
    {
        if (upload.LocalPath is not null || await _originals.OpenReadAsync(upload.Source, cancel) is not { } original)
            return;
        await using (original)
            await _scratch.Blobs.WriteAsync(upload.Source, async (copy, token) => await original.CopyToAsync(copy, token), cancel);
    }
}
