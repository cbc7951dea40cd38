using System.Diagnostics;
using System.Text;
using TcMgc.Ingest.Transcripts;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Transcripts;

public sealed class TranscriptIntakeTests : IAsyncLifetime
{
    private readonly string _folder = RegularFile.RealPath(
        Directory.CreateTempSubdirectory("tcmgc-transcripts-").FullName)!;
    private DataFolder _data = null!;
    private AcceptedVideo _video = null!;

    private string Video => Path.Combine(_folder, "sea.mp4");

    public async ValueTask InitializeAsync()
    {
        _data = await DataFolder.OpenAsync(Path.Combine(_folder, "data"), TimeProvider.System, default);
        var source = VideoUploaded.SourceOf(Video);
        var room = new UploadRoom(_data.Catalog, new(), new([_data.Path], 0));
        _video = await new VideoIntake(_data.Events, _data.Blobs, _data.Catalog, room,
            new(_data.Catalog, new()), TimeProvider.System)
            .AcceptAsync(CollectionId.Default, "sea.mp4", new(new('0', 64), 3), source, default);
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task What_lies_beside_a_video_is_known_once_and_follows_its_files()
    {
        await WriteAsync("sea.srt", "00:01 --> 00:02\nwaves");
        await WriteAsync("sea.json", """[{"start": 3, "end": 4, "text": "gulls"}]""");
        await WriteAsync("other.srt", "00:01 --> 00:02\nmountains");
        Assert.Null(await AcceptAsync());
        Assert.Null(await AcceptAsync());
        Assert.Equal(2, Assert.Single(await EventsAsync()).Cues);
        Assert.Equal((1, 1, 0), (Found("waves"), Found("gulls"), Found("mountains")));

        await WriteAsync("sea.srt", "00:01 --> 00:02\nstorm");
        Assert.Null(await AcceptAsync());
        Assert.Equal((0, 1, 1), (Found("waves"), Found("gulls"), Found("storm")));
        Assert.Equal((await EventsAsync())[^1].Transcript, Assert.Single(await BlobsAsync()));

        File.Delete(Path.Combine(_folder, "sea.srt"));
        File.Delete(Path.Combine(_folder, "sea.json"));
        Assert.Null(await AcceptAsync());
        Assert.Null(await AcceptAsync());
        Assert.Null((await EventsAsync())[^1].Transcript);
        Assert.Equal((0, 0, 3), (Found("gulls"), Found("storm"), (await EventsAsync()).Count));
        Assert.Empty(await BlobsAsync());
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_and_what_was_known_is_kept()
    {
        await WriteAsync("sea.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nwaves\n\nxx --> yy\nlost");
        Assert.Equal("sea.vtt line 6: no two times", await AcceptAsync());
        await WriteAsync("sea.json", """{"title": "Sea"}""");
        Assert.StartsWith("sea.vtt line 6: no two times; sea.json is no transcript", await AcceptAsync(),
            StringComparison.Ordinal);
        await WriteAsync("sea.vtt", "");

        Assert.StartsWith("sea.vtt cannot be read (it is empty, or not a regular file); sea.json is no transcript",
            await AcceptAsync(), StringComparison.Ordinal);
        Assert.Equal(1, Found("waves"));
        Assert.Equal("sea.vtt line 6: no two times", Assert.Single(await EventsAsync()).Warning);
    }

    [Fact]
    public async Task A_file_beside_that_is_too_large_is_not_read()
    {
        using (var file = File.Create(Path.Combine(_folder, "sea.srt")))
            file.SetLength(TranscriptFile.LargestBytes + 1L);

        Assert.Equal("sea.srt has 16 MiB, at most 16 are read", await AcceptAsync());
    }

    [Fact]
    public async Task A_transcript_may_be_a_link_to_a_file_below_the_root_and_to_nothing_else()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "subtitles"));
        await WriteAsync("subtitles/sea.en.srt", "00:01 --> 00:02\nwaves");
        File.CreateSymbolicLink(Path.Combine(_folder, "sea.srt"), Path.Combine(_folder, "subtitles", "sea.en.srt"));
        File.CreateSymbolicLink(Path.Combine(_folder, "sea.vtt"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(_folder, "sea.json"), "/dev/zero");

        var warning = await AcceptAsync();

        Assert.Equal(1, Found("waves"));
        Assert.Contains("sea.vtt cannot be read (it lies outside", warning, StringComparison.Ordinal);
        Assert.Contains("sea.json cannot be read (it is empty", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pipe_beside_a_video_is_not_waited_for()
    {
        using (var making = Process.Start("mkfifo", [Path.Combine(_folder, "pipe")]))
            await making.WaitForExitAsync();
        File.CreateSymbolicLink(Path.Combine(_folder, "sea.srt"), Path.Combine(_folder, "pipe"));

        Assert.Equal("sea.srt cannot be read (it is empty, or not a regular file)", await AcceptAsync());
    }

    [Fact]
    public async Task Of_many_transcripts_that_come_at_once_the_known_one_is_kept_and_no_other()
    {
        var intake = Intake();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(at => Task.Run(async () => await intake.AcceptAsync(
            _video.Id, Encoding.UTF8.GetBytes($"00:01 --> 00:02\nwords {at % 3}"), default))));

        Assert.Equal((await _data.Catalog.GetAsync(_video.Id, default))!.Transcript, Assert.Single(await BlobsAsync()));
    }

    private TranscriptIntake Intake() => new(_data.Events, _data.Blobs, _data.Catalog, TimeProvider.System);

    private async Task<List<string>> BlobsAsync() =>
        await _data.Blobs.ListAsync("transcripts/", default).Select(blob => blob.Name).ToListAsync();

    private async Task<string?> AcceptAsync()
    {
        var warning = await Intake().AcceptAsync(new(Video, Video, _folder), _video.Id, null, default);
        await foreach (var entry in _data.FollowAsync(_data.Events, default).TakeWhile(entry => entry is not null))
            _data.Apply(entry!);
        await _data.Transcripts.FollowAsync(_data.Catalog, default);
        return warning;
    }

    private int Found(string word) => _data.Transcripts.Search(CollectionId.Default, [word], null, 10).Count;

    private Task WriteAsync(string name, string content) => File.WriteAllTextAsync(Path.Combine(_folder, name), content);

    private async Task<List<VideoTranscribed>> EventsAsync() =>
        await _data.Events.ReadAllAsync(default).OfType<VideoTranscribed>().ToListAsync();
}
