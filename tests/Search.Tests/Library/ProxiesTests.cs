using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using TcMgc.Client;
using TcMgc.Media;
using TcMgc.Search.Library;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;
using VideoState = TcMgc.Shared.Catalog.VideoState;

namespace TcMgc.Search.Tests.Library;

/// <summary>Versions for browsers, made while somebody waits; a script stands in for ffmpeg.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class ProxiesTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-proxies-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly FolderBlobStore _blobs;
    private readonly Originals _originals;
    private readonly MemoryCatalog _catalog = new();
    private Task _running = Task.CompletedTask;

    public ProxiesTests()
    {
        _blobs = new(Path.Combine(_folder, "blobs"));
        _originals = new(_blobs, new());
    }

    private string Gate => Path.Combine(_folder, "gate");

    private string Runs => Path.Combine(_folder, "runs");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _originals.DisposeAsync();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_version_is_made_once_for_many_viewers_with_progress_and_then_kept()
    {
        var proxies = Start(new());
        var entry = Add("a");
        Assert.Equal(ProxyState.None, (await AskAsync(proxies, entry, makes: false)).State);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync(proxies, entry)));
        while (await AskAsync(proxies, entry) is not { State: ProxyState.Making, Percent: 50 })
            await Task.Yield();
        await File.WriteAllTextAsync(Gate, "");
        await UntilAsync(proxies, entry, ProxyState.Ready);

        Assert.Single(await File.ReadAllLinesAsync(Runs));
        await using var version = await proxies.OpenAsync(entry.Id, BrowserFormat.Mp4, default);
        using var reader = new StreamReader(version!);
        Assert.Equal("a version", await reader.ReadToEndAsync());
        Assert.Null(await proxies.OpenAsync(entry.Id, BrowserFormat.WebM, default));
    }

    [Fact]
    public async Task The_ones_used_last_stay_and_all_take_no_more_than_they_may()
    {
        await File.WriteAllTextAsync(Gate, "");
        var proxies = Start(new() { ProxyCacheBytes = 2 * "a version".Length });
        foreach (var name in new[] { "a", "b", "a", "c" })
        {
            var entry = Add(name);
            await UntilAsync(proxies, entry, ProxyState.Ready);
            await (await proxies.OpenAsync(entry.Id, BrowserFormat.Mp4, default))!.DisposeAsync();
        }

        Assert.Equal(new[] { "a", "c" }.Select(name => $"{VideoBlobs.ProxiesOf(SampleLibrary.Id(name))}video.mp4").Order(),
            (await NamesAsync()).Order());
    }

    [Fact]
    public async Task What_cannot_be_made_says_why_and_is_tried_again_when_it_is_asked_for_again()
    {
        var proxies = Start(new());
        var entry = Add("a");
        File.Delete(FileSource.PathIn(entry.Source)!);

        await UntilAsync(proxies, entry, ProxyState.Failed);
        var failed = await AskAsync(proxies, entry, makes: false);
        Assert.Contains("does not exist", failed.Reason, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Gate, "");
        Add("a");
        await UntilAsync(proxies, entry, ProxyState.Ready);

        Assert.Equal(ProxyState.Failed, (await AskAsync(Start(new() { ProxyCacheBytes = 0 }), entry)).State);
    }

    [Fact]
    public async Task A_disk_with_less_than_the_reserve_gets_none()
    {
        var proxies = Start(new(), new DiskReserve([_folder], long.MaxValue));

        await UntilAsync(proxies, Add("a"), ProxyState.Failed);

        var failed = await AskAsync(proxies, Add("a"), makes: false);
        Assert.Contains("are kept for work under way (FreeBytes); make room", failed.Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(Runs));
    }

    [Fact]
    public async Task A_service_that_stops_leaves_nothing_of_what_it_made()
    {
        var proxies = Start(new());
        await UntilAsync(proxies, Add("a"), ProxyState.Making);

        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);

        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task Nothing_stays_of_a_video_that_was_removed_meanwhile()
    {
        var proxies = Start(new());
        var entry = Add("a");
        await UntilAsync(proxies, entry, ProxyState.Making);
        _catalog.Entries[entry.Id] = entry with { State = VideoState.Deleted };

        await File.WriteAllTextAsync(Gate, "");
        while ((await AskAsync(proxies, entry, makes: false)).State != ProxyState.None)
            await Task.Yield();

        Assert.Empty(await NamesAsync());
    }

    private Proxies Start(SearchOptions options, DiskReserve? reserve = null)
    {
        var proxies = new Proxies(_blobs, _originals, new(new() { Ffmpeg = Script() }, TimeProvider.System), _catalog,
            reserve ?? new([_folder], 0), options, TimeProvider.System, NullLogger<Proxies>.Instance);
        _running = proxies.RunAsync(_stop.Token);
        return proxies;
    }

    /// <summary>Lists encoders, or says that it is half done, waits for the gate and writes a version.</summary>
    private string Script()
    {
        var path = Path.Combine(_folder, "ffmpeg");
        File.WriteAllText(path, $"""
            #!/bin/sh
            case "$*" in *-encoders*) echo ' V....D libx264  x'; echo ' A....D aac  x'; echo ' V....D libvpx-vp9  x'
              echo ' A....D libopus  x'; exit;; esac
            echo run >> '{Runs}'
            echo out_time_us=500000
            while ! [ -e '{Gate}' ]; do sleep 0.02; done
            printf 'a version' > version
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private CatalogEntry Add(string name)
    {
        var path = Path.Combine(_folder, $"{name}.avi");
        var clip = TestClips.Make("second", ".avi", ["-f", "lavfi", "-i", "testsrc=s=64x64:r=10:d=1", "-c:v", "mjpeg"]);
        File.Copy(clip, path, overwrite: true);
        var entry = new CatalogEntry
        {
            Id = SampleLibrary.Id(name),
            UploadId = Guid.NewGuid(),
            Name = name,
            Source = VideoUploaded.SourceOf(path),
            Sha256 = new('0', 64),
            Bytes = new FileInfo(path).Length,
            State = VideoState.Indexed,
            UploadedAt = DateTimeOffset.UnixEpoch,
        };
        return _catalog.Entries[entry.Id] = entry;
    }

    private static async Task<VideoProxy> AskAsync(Proxies proxies, CatalogEntry entry, bool makes = true) =>
        (await proxies.AskAsync(entry, null, makes, default)).State;

    private static async Task UntilAsync(Proxies proxies, CatalogEntry entry, ProxyState state)
    {
        await AskAsync(proxies, entry);
        while ((await AskAsync(proxies, entry, makes: false)).State != state)
            await Task.Yield();
    }

    private async Task<List<string>> NamesAsync() =>
        await _blobs.ListAsync(VideoBlobs.Proxies, default).Select(blob => blob.Name).ToListAsync();
}
