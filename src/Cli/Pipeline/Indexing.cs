using TcMgc.Ingest.Files;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;

namespace TcMgc.Cli.Pipeline;

/// <summary>Indexes files into a data folder: those whose content is indexed are skipped, the others become uploads.</summary>
internal sealed class Indexing(
    DataFolder data, CollectionId collection, IndexWorkers workers, string modelId, TimeProvider time)
{
    private readonly Dictionary<VideoId, string> _given = [];
    private readonly TranscriptIntake _transcripts = new(data.Events, data.Blobs, data.Catalog, time);

    /// <summary>Indexes the files, and what an interrupted run left.</summary>
    /// <param name="files">The files.</param>
    /// <param name="told">Receives what became of each file as soon as it is known.</param>
    /// <param name="warned">Receives what is wrong with transcripts.</param>
    /// <param name="cancel">Stops; the next run continues.</param>
    public async Task<IReadOnlyList<FileOutcome>> RunAsync(
        IReadOnlyList<MediaFile> files, Action<FileOutcome> told, Action<string> warned, CancellationToken cancel)
    {
        var outcomes = new List<FileOutcome>();
        await workers.RunAsync(WorkAsync, cancel);
        // Deliveries of an interrupted run may have been under way until now.
        await new OrphanSweep(data.Blobs, data.Events, data.Catalog, time).SweepFramesAsync(cancel);
        return outcomes;

        async Task WorkAsync(CancellationToken stop)
        {
            var pending = await LeftOverAsync(stop);
            var waiting = pending.Values.Select(entry => AwaitAsync(DisplayPath(entry), entry.UploadId, stop)).ToList();
            foreach (var file in files)
            {
                var (known, upload) = await LookAtAsync(file, pending, stop);
                if (upload is not null)
                {
                    waiting.Add(AwaitAsync(file.Path, upload.EventId, stop));
                    await data.Events.AppendAsync(upload, stop);
                }
                if ((upload?.VideoId ?? known?.Video) is { } video && known?.Status is not FileStatus.Duplicate
                    && await _transcripts.AcceptAsync(file, video, upload?.EventId, stop) is { } unread)
                    warned($"{FilePaths.Display(file.Path)}: {unread}");
                if (known is not null)
                    Tell(known);
            }
            await Task.WhenAll(waiting);
        }

        async Task AwaitAsync(string path, Guid upload, CancellationToken stop) =>
            Tell(FileOutcome.Of(path, await workers.OutcomeAsync(upload).WaitAsync(stop)));

        void Tell(FileOutcome outcome)
        {
            lock (outcomes)
            {
                outcomes.Add(outcome);
                told(outcome);
            }
        }
    }

    /// <summary>
    /// What became of a file already, or the upload to append for it; neither where an interrupted run appended it.
    /// </summary>
    private async ValueTask<(FileOutcome? Known, VideoUploaded? Upload)> LookAtAsync(
        MediaFile file, Dictionary<VideoId, CatalogEntry> pending, CancellationToken cancel)
    {
        ContentHash content;
        try
        {
            content = await ContentHash.OfFileAsync(file.Real, cancel, file.Root);
        }
        catch (UserException error)
        {
            return (new(file.Path, FileStatus.Failed, null, error.Message), null);
        }
        var (video, source) = (content.VideoIn(collection), VideoUploaded.SourceOf(file.Real));
        if (!_given.TryAdd(video, file.Path))
            return (new(file.Path, FileStatus.Duplicate, video, $"has the content of {FilePaths.Display(_given[video])}"), null);
        if (pending.TryGetValue(video, out var left) && left.Source == source)
            return (null, null);
        if (await data.Catalog.GetAsync(video, cancel) is { State: VideoState.Indexed } entry && entry.ModelId == modelId
            && await data.Index.CountAsync(video, cancel) == entry.Segments) // index.db may have been removed.
            return (new(file.Path, FileStatus.AlreadyIndexed, video, Entry: entry), null);
        return (null, new()
        {
            VideoId = video,
            Collection = collection,
            Time = time.GetUtcNow(),
            FileName = Path.GetFileName(file.Path),
            Sha256 = content.Sha256,
            Bytes = content.Bytes,
            Source = source,
        });
    }

    /// <summary>Videos that an interrupted run left unfinished.</summary>
    private async ValueTask<Dictionary<VideoId, CatalogEntry>> LeftOverAsync(CancellationToken cancel)
    {
        var left = new Dictionary<VideoId, CatalogEntry>();
        await foreach (var entry in data.Catalog.ListAsync(cancel))
            if (entry.State is VideoState.Uploaded or VideoState.Decoded)
                left.Add(entry.Id, entry);
        return left;
    }

    private static string DisplayPath(CatalogEntry entry) => FileSource.PathIn(entry.Source) ?? entry.Name;
}
