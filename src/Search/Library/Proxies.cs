using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using TcMgc.Client;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;
using VideoState = TcMgc.Shared.Catalog.VideoState;

namespace TcMgc.Search.Library;

/// <summary>
/// Versions of videos for browsers that do not play the originals, made one after the other when asked for, and kept as blobs.
/// Those unused for longest go, so that all together take no more than <see cref="SearchOptions.ProxyCacheBytes"/>.
/// </summary>
/// <param name="blobs">Keeps them.</param>
/// <param name="originals">What they are made of.</param>
/// <param name="maker">Makes them.</param>
/// <param name="catalog">Says which videos were removed meanwhile.</param>
/// <param name="reserve">Says whether the disks have room.</param>
/// <param name="options">Says how much they take.</param>
/// <param name="time">Clock of who still waits.</param>
/// <param name="log">Is told which could not be made.</param>
internal sealed partial class Proxies(IBlobStore blobs, Originals originals, BrowserVideoMaker maker, ICatalog catalog,
    DiskReserve reserve, SearchOptions options, TimeProvider time, ILogger<Proxies> log) : IDisposable
{
    private const int MostWaiting = 100, MostKnown = 1000;

    /// <summary>Who does not ask for so long has gone; what waits for nobody is not made.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Channel<Job> _waiting = Channel.CreateUnbounded<Job>();
    private readonly ConcurrentDictionary<string, Job> _jobs = [];
    private readonly KeptBlobs _kept = new(blobs, VideoBlobs.Proxies, options.ProxyCacheBytes);

    /// <summary>A version that waits, is being made, or could not be made.</summary>
    private sealed class Job(string name, CatalogEntry entry, BrowserFormat format, DateTimeOffset asked, DiskReserve reserve)
        : IProgress<double>
    {
        public string Name => name;

        public CatalogEntry Entry => entry;

        public BrowserFormat Format => format;

        public DateTimeOffset Asked { get; set; } = asked;

        public VideoProxy State { get; set; } = new(ProxyState.Waiting);

        /// <exception cref="StoreUnavailableException">It takes too much of the disk.</exception>
        public void Report(double value)
        {
            reserve.Check();
            State = new(ProxyState.Making, (int)(value * 100));
        }
    }

    /// <summary>How far a version is.</summary>
    /// <param name="entry">The video.</param>
    /// <param name="wanted">The format that the browser plays; null: whatever can be made best.</param>
    /// <param name="makes">Whether it is made, unless it is there or being made already.</param>
    /// <param name="cancel">Gives up asking; the version goes on to be made.</param>
    /// <returns>The state, without the address of the stream; and the format.</returns>
    public async ValueTask<(VideoProxy State, BrowserFormat Format)> AskAsync(
        CatalogEntry entry, BrowserFormat? wanted, bool makes, CancellationToken cancel)
    {
        if (options.ProxyCacheBytes == 0)
            return (Failed("this server prepares no versions for browsers (Search:ProxyCacheBytes is 0)"), default);
        var (known, reason) = await maker.FormatAsync(wanted, cancel);
        if (known is not { } format)
            return (Failed($"'{entry.Name}' {reason}"), default);
        var name = NameOf(entry.Id, format);
        if (_jobs.GetValueOrDefault(name) is null or { State.State: ProxyState.Failed }
            && await blobs.FindAsync(name, cancel) is not null)
            return (new(ProxyState.Ready, 100), format);
        if ((makes ? Begin(name, entry, format) : _jobs.GetValueOrDefault(name)) is not { } job)
            return (makes ? Failed($"{MostWaiting} other versions wait to be prepared; try again later")
                : new(ProxyState.None), format);
        job.Asked = time.GetUtcNow();
        return (job.State, format);
    }

    /// <summary>Opens a version; null where it is not there.</summary>
    public async ValueTask<Stream?> OpenAsync(VideoId video, BrowserFormat format, CancellationToken cancel)
    {
        var name = NameOf(video, format);
        _kept.Touch(name);
        return await blobs.OpenReadAsync(name, cancel);
    }

    /// <summary>Makes what is asked for until cancelled; of what is being made then nothing is left.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await foreach (var job in _waiting.Reader.ReadAllAsync(stop))
            if (time.GetUtcNow() - job.Asked > s_patience)
                _jobs.TryRemove(job.Name, out _);
            else if (await MakeAsync(job, stop) is not { } reason)
                _jobs.TryRemove(job.Name, out _);
            else
            {
                job.State = Failed(reason);
                LogFailed(job.Entry.Id, reason);
            }
    }

    public void Dispose() => _kept.Dispose();

    private static string NameOf(VideoId video, BrowserFormat format) =>
        $"{VideoBlobs.ProxiesOf(video)}video.{BrowserFormats.NameOf(format)}";

    private static VideoProxy Failed(string reason) => new(ProxyState.Failed, Reason: reason);

    /// <summary>Lets a version wait to be made, unless it does already; null where as many wait as may.</summary>
    private Job? Begin(string name, CatalogEntry entry, BrowserFormat format)
    {
        if (_jobs.GetValueOrDefault(name) is { State.State: ProxyState.Failed } former)
            _jobs.TryRemove(new(name, former));
        if (_jobs.Count >= MostKnown)
            foreach (var known in _jobs.Where(job => job.Value.State.State == ProxyState.Failed))
                _jobs.TryRemove(known);
        if (_waiting.Reader.Count >= MostWaiting)
            return _jobs.GetValueOrDefault(name);
        var job = new Job(name, entry, format, time.GetUtcNow(), reserve);
        var first = _jobs.GetOrAdd(name, job);
        if (first == job)
            _waiting.Writer.TryWrite(job);
        return first;
    }

    /// <summary>Makes a version.</summary>
    /// <returns>Null, or why it could not be made.</returns>
    private async ValueTask<string?> MakeAsync(Job job, CancellationToken stop)
    {
        try
        {
            job.Report(0);
            if (await blobs.FindAsync(job.Name, stop) is not null)
                return null; // It was finished while it was asked for.
            await using var original = await originals.LendAsync(job.Entry, stop);
            if (original.File.Reason is { } gone)
                return $"'{job.Entry.Name}' {gone}";
            var made = await maker.MakeAsync(original.File.Path, job.Format, null, options.ProxyCacheBytes, job, stop);
            if (made.Value is not { } version)
                return $"'{job.Entry.Name}' {made.Reason}";
            await using (version)
                await KeepAsync(job, version.Path, stop);
            return null;
        }
        catch (UserException error)
        {
            return error.Message;
        }
    }

    private async ValueTask KeepAsync(Job job, string path, CancellationToken stop)
    {
        var file = File.OpenRead(path);
        await using (file)
        {
            reserve.Check(file.Length);
            await blobs.WriteAsync(job.Name, async (blob, token) => await file.CopyToAsync(blob, token), stop);
            await _kept.AddAsync(job.Name, file.Length, stop);
        }
        // Its removal came before there was something to remove.
        if (await catalog.GetAsync(job.Entry.Id, stop) is null or { State: VideoState.Deleted })
            await blobs.DeleteAsync(job.Name, stop);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The version of video {Video} for browsers cannot be made: {Reason}")]
    private partial void LogFailed(VideoId video, string reason);
}
