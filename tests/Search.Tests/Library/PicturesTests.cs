using System.Collections.Concurrent;
using System.Runtime.Versioning;
using TcMgc.Media;
using TcMgc.Search.Library;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Tests.Library;

/// <summary>Pictures of an original that lies in a store such as S3: what is opened of it is no file.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PicturesTests : IAsyncDisposable
{
    private const int PackBytes = 16 + (3 * 12) + 3;

    private static readonly byte[] s_picture = [.. "a picture"u8];
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-pictures-").FullName;
    private readonly FarBlobs _blobs = new();
    private readonly CatalogEntry _entry = new()
    {
        Id = SampleLibrary.Id("video"),
        UploadId = Guid.NewGuid(),
        Name = "video.mp4",
        Source = "originals/video",
        Sha256 = new('0', 64),
        Bytes = 5,
        State = VideoState.Indexed,
        UploadedAt = DateTimeOffset.UnixEpoch,
        Duration = 1000,
    };

    private Originals? _originals;

    private string Runs => Path.Combine(_folder, "runs");

    public async ValueTask DisposeAsync()
    {
        if (_originals is not null)
            await _originals.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_original_is_fetched_once_for_all_of_its_pictures()
    {
        var pictures = await PicturesAsync();

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(at => ThumbnailAsync(pictures, at)));
        var later = await ThumbnailAsync(pictures, 30);

        Assert.All([.. made, later], picture => Assert.Equal(s_picture, picture.Value));
        Assert.Equal(1, _blobs.Fetched);
    }

    [Fact]
    public async Task Many_who_want_the_same_picture_have_it_made_once()
    {
        var pictures = await PicturesAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ThumbnailAsync(pictures, 1)));

        Assert.Single(await File.ReadAllLinesAsync(Runs));
    }

    [Fact]
    public async Task Originals_that_are_too_large_together_do_not_stay_on_disk()
    {
        var pictures = await PicturesAsync(new() { OriginalCacheBytes = 8 }); // Of one, not of two.
        var other = _entry with { Id = SampleLibrary.Id("other"), Source = "originals/other" };

        foreach (var entry in (CatalogEntry[])[_entry, _entry, other, _entry])
            await pictures.ThumbnailAsync(entry, time: _blobs.Fetched * 10, width: 320, default);

        Assert.Equal(3, _blobs.Fetched);
    }

    [Fact]
    public async Task Who_gives_up_while_it_is_fetched_does_not_keep_others_from_their_picture()
    {
        var pictures = await PicturesAsync();
        using var first = new CancellationTokenSource();
        _blobs.Gate = new();
        var given = pictures.ThumbnailAsync(_entry, 1, 320, first.Token).AsTask();
        await _blobs.Begun.Task;
        var waiting = ThumbnailAsync(pictures, 2);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _blobs.Gate.SetResult();

        Assert.Equal(s_picture, (await waiting).Value);
    }

    [Fact]
    public async Task Whatever_widths_are_asked_for_pictures_are_made_in_a_few()
    {
        var pictures = await PicturesAsync();

        for (var width = 16; width <= 1920; width += 16)
            await pictures.ThumbnailAsync(_entry, time: 1, width, default);

        Assert.Equal(5, _blobs.Pictures.Count);
    }

    [Fact]
    public async Task Pictures_take_no_more_room_than_they_may_and_the_ones_used_last_stay()
    {
        var room = new SearchOptions { PictureCacheBytes = 3 * s_picture.Length };
        await ThumbnailAsync(await PicturesAsync(), 100); // Of an earlier process.
        var pictures = await PicturesAsync(room);
        foreach (var time in (double[])[1, 2, 1, 3, 1, 4])
            await ThumbnailAsync(pictures, time);

        Assert.Equal(["320-1.0.jpg", "320-3.0.jpg", "320-4.0.jpg"], _blobs.Pictures.Select(name => name.Split('/')[^1]));
    }

    [Fact]
    public async Task Pictures_of_seconds_that_decoding_wrote_are_shown_without_making_any()
    {
        var pictures = await PicturesAsync();
        var damaged = (await WritePackAsync()).AsMemory(0, 40);

        Assert.Equal([1], (await pictures.ThumbnailAsync(_entry, 1.7, 320, default)).Value);
        Assert.Equal([2], (await pictures.ThumbnailAsync(_entry, 900, 160, default)).Value);
        Assert.Equal([1], (await pictures.ThumbnailAsync(_entry, null, 320, default)).Value);
        Assert.False(File.Exists(Runs));

        Assert.Equal(s_picture, (await pictures.ThumbnailAsync(_entry, null, 640, default)).Value);
        Assert.Equal("640-1.0.jpg", _blobs.Pictures[0].Split('/')[^1]);

        await _blobs.WriteAsync(VideoBlobs.SecondsOf(_entry.Id), (blob, cancel) => blob.WriteAsync(damaged, cancel), default);
        Assert.Equal(s_picture, (await pictures.ThumbnailAsync(_entry, 2, 320, default)).Value);
        Assert.DoesNotContain(VideoBlobs.SecondsOf(_entry.Id), _blobs.Pictures);
    }

    [Fact]
    public async Task What_decoding_writes_counts_among_the_pictures()
    {
        var (changes, catalog) = (new CatalogChanges(), new MemoryCatalog { Entries = { [_entry.Id] = _entry } });
        var pictures = await PicturesAsync(new() { PictureCacheBytes = PackBytes + s_picture.Length });
        using var stop = new CancellationTokenSource();
        var following = pictures.FollowAsync(changes, catalog, stop.Token);
        await pictures.ThumbnailAsync(_entry, 1, 640, default);
        await WritePackAsync();

        changes.Tell(_entry.Id);
        await _blobs.AskedForStrip.Task;
        await pictures.ThumbnailAsync(_entry, 500, 640, default);

        Assert.Equal(["640-500.0.jpg", "seconds.pictures"], _blobs.Pictures.Select(name => name.Split('/')[^1]));
        await stop.CancelAsync();
        await following;
    }

    /// <summary>A pack whose seconds 0, 1 and 2 have pictures of one byte, their number; the first is plain.</summary>
    private async Task<byte[]> WritePackAsync()
    {
        var pack = new byte[PackBytes];
        "TCMGCPP1"u8.CopyTo(pack);
        (pack[8], pack[12]) = (3, 1);
        for (var second = 0; second < 3; second++)
        {
            var entry = 16 + (12 * second);
            (pack[entry], pack[entry + 8], pack[^(3 - second)]) = ((byte)(PackBytes - 3 + second), 1, (byte)second);
        }
        await _blobs.WriteAsync(VideoBlobs.SecondsOf(_entry.Id), (blob, cancel) => blob.WriteAsync(pack, cancel), default);
        return pack;
    }

    private async Task<Pictures> PicturesAsync(SearchOptions? options = null)
    {
        var ffmpeg = Path.Combine(_folder, "ffmpeg");
        await File.WriteAllTextAsync(ffmpeg, $"#!/bin/sh\necho run >> {Runs}\nprintf 'a picture'\n");
        File.SetUnixFileMode(ffmpeg, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _originals = new(_blobs, options ?? new());
        return new(_blobs, _originals, new(new() { Ffmpeg = ffmpeg }, TimeProvider.System), options ?? new());
    }

    private Task<MediaResult<byte[]>> ThumbnailAsync(Pictures pictures, double time) =>
        pictures.ThumbnailAsync(_entry, time, width: 320, default).AsTask();

    /// <summary>A store whose originals are on no disk of this machine; counts how often one is fetched.</summary>
    private sealed class FarBlobs : IBlobStore
    {
        private readonly ConcurrentDictionary<string, byte[]> _pictures = [];
        private int _fetched;

        public int Fetched => _fetched;

        /// <summary>Where set, an original is not given before it is.</summary>
        public TaskCompletionSource? Gate { get; set; }

        public TaskCompletionSource Begun { get; } = new();

        public TaskCompletionSource AskedForStrip { get; } = new();

        public IReadOnlyList<string> Pictures => [.. _pictures.Keys.Order(StringComparer.Ordinal)];

        public async ValueTask<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
        {
            if (!name.StartsWith("originals/", StringComparison.Ordinal))
                return _pictures.TryGetValue(name, out var picture) ? new MemoryStream(picture) : null;
            Interlocked.Increment(ref _fetched);
            Begun.TrySetResult();
            if (Gate is { } gate)
                await gate.Task.WaitAsync(cancellationToken);
            return new MemoryStream("video"u8.ToArray());
        }

        public async ValueTask WriteAsync(
            string name, Func<Stream, CancellationToken, ValueTask> write, CancellationToken cancellationToken)
        {
            using var picture = new MemoryStream();
            await write(picture, cancellationToken);
            _pictures[name] = picture.ToArray();
        }

        public ValueTask<BlobContent> WriteContentAsync(string folder, Stream content, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<BlobInfo?> FindAsync(string name, CancellationToken cancellationToken)
        {
            if (name.EndsWith("preview.jpg", StringComparison.Ordinal))
                AskedForStrip.TrySetResult();
            return new(_pictures.TryGetValue(name, out var picture)
                ? new BlobInfo(name, picture.Length, DateTimeOffset.UnixEpoch) : (BlobInfo?)null);
        }

        public ValueTask DeleteAsync(string name, CancellationToken cancellationToken)
        {
            _pictures.TryRemove(name, out _);
            return default;
        }

        public IAsyncEnumerable<BlobInfo> ListAsync(string prefix, CancellationToken cancellationToken) => _pictures
            .Where(picture => picture.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(picture => new BlobInfo(picture.Key, picture.Value.Length, DateTimeOffset.UnixEpoch)).ToAsyncEnumerable();

        public ValueTask CheckAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<int> SweepUnfinishedAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
