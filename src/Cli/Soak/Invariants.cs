using TcMgc.Client;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Maintenance;
using VideoState = TcMgc.Client.VideoState;

namespace TcMgc.Cli.Soak;

/// <summary>Something that must be true whatever has struck.</summary>
/// <param name="Name">What, as a sentence.</param>
/// <param name="Holds">Whether it is; null where it could not be told.</param>
/// <param name="Broken">What breaks it, one line each.</param>
internal sealed record Invariant(string Name, bool? Holds, IReadOnlyList<string> Broken);

/// <summary>Checks what was promised, when all is done.</summary>
internal sealed class Invariants(Installation installation, Ledger ledger, Record record, Clients clients, TimeProvider time)
{
    private const string Words = "a thing that moves";

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    private readonly List<Invariant> _found = [];
    private readonly Dictionary<int, (int? Frames, int Segments)> _pictures = [];

    public IReadOnlyList<Invariant> Found => _found;

    /// <summary>Waits until nothing is on its way, at most so long.</summary>
    public async Task SettleAsync(TimeSpan patience, CancellationToken cancel)
    {
        for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < patience; await Task.Delay(s_glance, time, cancel))
        {
            var (videos, status) = (await VideosAsync(cancel), await StatusAsync(cancel));
            if (videos is not null && status is not null
                && ledger.Kept.All(video => videos.GetValueOrDefault(video.Id)?.State is VideoState.Indexed or VideoState.Failed)
                && await SegmentsAsync(videos, cancel) == status.Segments)
                return;
        }
    }

    /// <summary>Checks, while the workers run, what a client can see.</summary>
    /// <param name="isHealed">Whether what was damaged has been given again: then nothing may have failed.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task AskAsync(bool isHealed, CancellationToken cancel)
    {
        var when = isHealed ? ", also those that were damaged and given again" : "";
        var videos = new Dictionary<Guid, Video>();
        var (twice, unfinished, failed, hidden, uneven, titles, segments) = (new List<string>(), new List<string>(),
            new List<string>(), new List<string>(), new List<string>(), new List<string>(), 0L);
        await foreach (var video in clients.Library.ListAsync(cancel: cancel))
            if (!videos.TryAdd(video.Id, video))
                twice.Add($"{video.Name} ({video.Id}) is listed twice");
        foreach (var video in ledger.Kept.OrderBy(video => video.IsDamaged))
        {
            var found = await clients.Library.GetAsync(video.Id, cancel);
            if (found is not { State: VideoState.Indexed })
            {
                if (found?.Failure is not { Reason.Length: > 0 } failure)
                    unfinished.Add($"{video} is {found?.State.ToString() ?? "lost"}");
                else if (isHealed || !video.IsDamaged)
                    failed.Add($"{video} failed: {failure.Reason}");
                continue;
            }
            segments += found.Segments!.Count;
            if (await SearchAsync(video, found, cancel) is { } reason)
                hidden.Add($"{video} {reason}");
            if (!IsEven(video, found, isHealed))
                uneven.Add($"{video} has {found.Frames} frames and {found.Segments.Count} segments, others of its picture "
                    + $"{_pictures[video.Picture]}");
            if (video.Title is { } title && found.Title != title)
                titles.Add($"{video} has the title '{found.Title}' instead of '{title}'");
        }
        foreach (var known in videos.Values.Where(known => ledger.Find(known.Id) is not { Promise: not Promise.Removed }))
            twice.Add($"{known.Name} ({known.Id}) is listed, and was removed or never given");
        if (!isHealed)
            foreach (var removed in ledger.Videos.Where(video => video.Promise == Promise.Removed))
                if (await clients.Library.GetAsync(removed.Id, cancel) is not null)
                    twice.Add($"{removed} was removed, and is there");
        var held = (await clients.Library.GetStatusAsync(cancel)).Segments;
        var besides = held == segments ? [] : new[] { $"{held} segments in the index, {segments} of videos" };
        Tell($"every accepted upload is searchable, or failed with a reason{when}", unfinished);
        Tell(isHealed ? "what was damaged is whole when it is given again" : "only what was damaged failed", failed);
        Tell($"a search restricted to a video finds it with all of its segments, each once{when}", hidden);
        Tell($"a video has the frames and segments of an undisturbed one, or says that it has fewer{when}", uneven);
        Tell($"what was removed is gone, and no video is there twice{when}", twice);
        Tell($"the index holds nothing besides{when}", besides);
        Tell($"titles are those that were answered last{when}", titles);
    }

    /// <summary>Has those that were damaged processed again: from their originals, or by giving these again.</summary>
    public async Task HealAsync(CancellationToken cancel)
    {
        foreach (var video in ledger.Kept.Where(video => video.IsDamaged))
            if (video.HasDamagedOriginal)
                await clients.UploadAsync(video, cancel);
            else
                await clients.RetryAsync(video, cancel);
    }

    /// <summary>Checks, beside the workers, that the check finds what was damaged, and nothing else.</summary>
    public async Task CheckDamageAsync(CancellationToken cancel)
    {
        var found = await FindingsAsync(cancel);
        var expected = ledger.Kept.Where(video => video.HasDamagedOriginal).ToDictionary(video => video.Id);
        var named = found.Where(finding => finding.Kind == FindingKind.DamagedOriginal)
            .Select(finding => finding.Video!.Value.Value).ToHashSet();
        Tell("the check finds the originals that were cut, and nothing else",
        [
            .. expected.Values.Where(video => !named.Contains(video.Id))
                .Select(video => $"{video}: its cut original is not found"),
            .. found.Where(finding => finding.Kind != FindingKind.DamagedOriginal
                || !expected.ContainsKey(finding.Video!.Value.Value)).Select(finding => finding.Text),
        ]);
    }

    /// <summary>Checks the stores, when the workers have ended.</summary>
    public async Task CheckStoresAsync(CancellationToken cancel)
    {
        Tell("the check finds nothing", [.. (await FindingsAsync(cancel)).Select(finding => finding.Text)]);
        await using var stores = await installation.OpenAsync(cancel);
        Tell("nothing was given up", [.. (await stores.Events.DeadLettersAsync(cancel).ToListAsync(cancel))
            .Select(letter => $"a dead letter: {letter.Reason}")]);
        var swept = await new OrphanSweep(stores.Blobs, stores.Events, stores.Catalog, time)
            .RunAsync(TimeSpan.Zero, isDryRun: false, cancel).CountAsync(cancel);
        Swept = swept;
        var needed = (await stores.Catalog.ListAsync(cancel).ToListAsync(cancel)).Select(entry => entry.Source)
            .ToHashSet(StringComparer.Ordinal);
        var blobs = (await stores.Blobs.ListAsync("", cancel).ToListAsync(cancel)).Select(blob => blob.Name)
            .Where(name => name != "log.id" && !name.StartsWith(VideoBlobs.Pictures, StringComparison.Ordinal)
                && !name.StartsWith(VideoBlobs.Proxies, StringComparison.Ordinal)).ToList();
        Tell("after a sweep there is no blob besides the originals of videos",
            [.. blobs.Where(name => !needed.Contains(name)), .. needed.Except(blobs).Select(name => $"{name} is missing")]);
    }

    /// <summary>Blobs that the sweep removed.</summary>
    public int Swept { get; private set; }

    /// <summary>What was seen meanwhile.</summary>
    public void Conclude()
    {
        Tell("every answer was a promise that holds, or said to come later", record.Wrong);
        Tell("nothing was refused while nothing was struck", record.Uncalled);
        Tell("workers ended only when they were killed, and started again",
            [.. installation.Workers.SelectMany(worker => worker.Accidents)]);
        var usages = installation.Workers.Select(worker => (worker.Name, worker.Usage)).ToList();
        var isKnown = usages.TrueForAll(worker => worker.Usage is not null);
        TellUsage("memory stays flat", usage => usage.HasFlatMemory);
        TellUsage("handles stay flat", usage => usage.HasFlatHandles);

        void TellUsage(string what, Func<Usage, bool> isFlat)
        {
            string[] growing = [.. usages.Where(worker => worker.Usage is { } usage && !isFlat(usage))
                .Select(worker => $"{worker.Name}: {worker.Usage}")];
            _found.Add(new(what, growing.Length > 0 ? false : isKnown ? true : null, growing));
        }
    }

    private void Tell(string name, IReadOnlyList<string> broken) => _found.Add(new(name, broken.Count == 0, broken));

    private async Task<string?> SearchAsync(SoakVideo video, Video found, CancellationToken cancel)
    {
        var answer = await clients.Library.SearchAsync(new SearchQuery
        {
            Text = Words,
            Filter = new() { Video = video.Id },
            SegmentsEach = 100,
            Threshold = 0,
        }, cancel);
        var segments = answer.Results.SelectMany(result => result.Segments).Select(segment => segment.Segment).ToList();
        return answer.Results.Any(result => result.Video != video.Id) ? "is found with others"
            : answer.Results.Count != 1 ? $"is found {answer.Results.Count} times"
            : segments.Distinct().Count() != segments.Count ? "is found with a segment twice"
            : segments.ToHashSet().SetEquals(found.Segments!.Select(segment => segment.Id)) ? null
            : $"is found with {segments.Count} of its {found.Segments!.Count} segments";
    }

    /// <summary>The first of a picture that was not damaged says what the others have.</summary>
    private bool IsEven(SoakVideo video, Video found, bool isHealed)
    {
        var (frames, segments) = (found.Frames, found.Segments!.Count);
        if (_pictures.TryGetValue(video.Picture, out var usual))
            return usual == (frames, segments) || (video.IsDamaged && !isHealed && found.Warning is not null);
        if (!video.IsDamaged)
            _pictures.Add(video.Picture, (frames, segments));
        return true;
    }

    private async Task<List<Finding>> FindingsAsync(CancellationToken cancel)
    {
        await using var stores = await installation.OpenAsync(cancel);
        return await new StoreCheck(stores, time).RunAsync(cancel).ToListAsync(cancel);
    }

    private async Task<Dictionary<Guid, Video>?> VideosAsync(CancellationToken cancel)
    {
        try
        {
            return await clients.Library.ListAsync(cancel: cancel)
                .ToDictionaryAsync(video => video.Id, cancellationToken: cancel);
        }
        catch (Exception error) when (error is HttpRequestException or ProblemException)
        {
            return null;
        }
    }

    private async Task<ServiceStatus?> StatusAsync(CancellationToken cancel)
    {
        try
        {
            return await clients.Library.GetStatusAsync(cancel);
        }
        catch (Exception error) when (error is HttpRequestException or ProblemException)
        {
            return null;
        }
    }

    /// <summary>Segments of indexed videos, as their entries say.</summary>
    private async Task<long> SegmentsAsync(Dictionary<Guid, Video> videos, CancellationToken cancel)
    {
        var count = 0L;
        foreach (var video in videos.Values.Where(video => video.State == VideoState.Indexed))
            count += (await clients.Library.GetAsync(video.Id, cancel))?.Segments?.Count ?? 0;
        return count;
    }
}
