using TcMgc.Ingest.Uploads;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Uploads;

public sealed class VideoIntakeTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-intake-").FullName;
    private DataFolder _data = null!;

    private VideoIntake Intake => IntakeAt(TimeProvider.System);

    private VideoIntake IntakeAt(TimeProvider time, UploadOptions? options = null) => new(
        _data.Events, _data.Blobs, _data.Catalog, new(_data.Catalog, options ?? new(), new([_folder], 0)),
        new(_data.Catalog, options ?? new()), time);

    public async ValueTask InitializeAsync() => _data = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        Directory.Delete(_folder, recursive: true);
        return default;
    }

    [Fact]
    public async Task The_same_content_is_one_video_under_its_hash_whatever_its_name()
    {
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var again = await Intake.AcceptAsync(CollectionId.Default, "two.mp4", new MemoryStream([1, 2, 3]), default);

        Assert.True(first.IsNew);
        Assert.Equal((first.Id, "one.mp4", false), (again.Id, again.Name, again.IsNew));
        var upload = Assert.IsType<VideoUploaded>(Assert.Single(await LogAsync()));
        Assert.StartsWith("originals/", upload.Source, StringComparison.Ordinal);
        Assert.EndsWith("/039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81", upload.Source,
            StringComparison.Ordinal);
        Assert.Equal([upload.Source], await OriginalsAsync());
        Assert.Equal(VideoState.Uploaded, (await _data.Catalog.GetAsync(first.Id, default))!.State);
    }

    [Theory]
    [InlineData(null, "video")]
    [InlineData("", "video")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData(@"C:\clips\a.mp4", "a.mp4")]
    [InlineData("a\nb\u0007.mp4", "ab.mp4")]
    public async Task A_name_is_the_last_part_of_what_was_given_and_legible(string? given, string known) =>
        Assert.Equal(known, (await Intake.AcceptAsync(CollectionId.Default, given, new MemoryStream([1]), default)).Name);

    [Fact]
    public async Task The_same_content_in_two_collections_is_two_videos_with_an_original_each()
    {
        var press = CollectionId.Parse("press");
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var other = await Intake.AcceptAsync(press, "two.mp4", new MemoryStream([1, 2, 3]), default);
        var again = await Intake.AcceptAsync(press, "three.mp4", new MemoryStream([1, 2, 3]), default);

        Assert.Equal((true, true, false), (first.IsNew, other.IsNew, again.IsNew));
        Assert.NotEqual(first.Id, other.Id);
        Assert.Equal((other.Id, "two.mp4"), (again.Id, again.Name));
        Assert.Equal([CollectionId.Default, press],
            (await _data.Events.ReadAllAsync(default).OfType<VideoUploaded>().ToListAsync()).Select(upload => upload.Collection));
        Assert.Equal(2, await _data.Blobs.ListAsync("originals/", default).CountAsync());
        Assert.Single(await _data.Blobs.ListAsync("originals/press/", default).ToListAsync());
    }

    [Fact]
    public async Task A_collection_has_no_more_than_it_may_and_others_have_room()
    {
        var intake = IntakeAt(TimeProvider.System, new() { MostVideosEach = 2, MostBytesEach = 5 });
        var first = await intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var tooLarge = await Assert.ThrowsAsync<QuotaException>(async () =>
            await intake.AcceptAsync(CollectionId.Default, "two.mp4", new MemoryStream([4, 5, 6]), default));
        await intake.AcceptAsync(CollectionId.Default, "two.mp4", new MemoryStream([4, 5]), default);
        var tooMany = await Assert.ThrowsAsync<QuotaException>(async () =>
            await intake.AcceptAsync(CollectionId.Default, "three.mp4", new MemoryStream([7]), default));

        Assert.Contains("Upload:MostBytesEach", tooLarge.Message, StringComparison.Ordinal);
        Assert.Contains("Upload:MostVideosEach", tooMany.Message, StringComparison.Ordinal);
        Assert.Equal(2, await _data.Blobs.ListAsync("originals/", default).CountAsync());
        Assert.True((await intake.AcceptAsync(CollectionId.Parse("press"), "four.mp4", new MemoryStream([8]), default)).IsNew);
        var entry = (await _data.Catalog.GetAsync(first.Id, default))!;
        await _data.Catalog.ApplyAsync(
            new VideoDeleted { VideoId = first.Id, UploadId = entry.UploadId, Time = entry.UploadedAt }, default);
        Assert.True((await intake.AcceptAsync(CollectionId.Default, "five.mp4", new MemoryStream([9]), default)).IsNew);
    }

    [Fact]
    public async Task Of_videos_that_come_at_once_a_collection_takes_as_many_as_it_may_have()
    {
        var intake = IntakeAt(TimeProvider.System, new() { MostVideosEach = 3 });

        var accepted = await Task.WhenAll(Enumerable.Range(0, 10).Select(at => Task.Run(async () =>
        {
            try
            {
                return (await intake.AcceptAsync(
                    CollectionId.Default, "one.mp4", new MemoryStream([(byte)at]), default)).IsNew;
            }
            catch (QuotaException)
            {
                return false;
            }
        })));

        Assert.Equal(3, accepted.Count(isNew => isNew));
        Assert.Equal(3, await _data.Blobs.ListAsync("originals/", default).CountAsync());
    }

    [Fact]
    public async Task A_video_that_was_removed_can_come_again()
    {
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var entry = (await _data.Catalog.GetAsync(first.Id, default))!;
        await _data.Catalog.ApplyAsync(
            new VideoDeleted { VideoId = first.Id, UploadId = entry.UploadId, Time = TimeProvider.System.GetUtcNow() }, default);

        Assert.True((await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default)).IsNew);
    }

    /// <summary>Time is asked between the look into the catalog and the event: here something happens in between.</summary>
    private sealed class Meanwhile(Action happens) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow()
        {
            happens();
            return base.GetUtcNow();
        }
    }

    [Fact]
    public async Task The_removal_of_an_earlier_upload_takes_nothing_of_a_later_one()
    {
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var removed = (await _data.Catalog.GetAsync(first.Id, default))!;
        await _data.Catalog.ApplyAsync(
            new VideoDeleted { VideoId = first.Id, UploadId = removed.UploadId, Time = TimeProvider.System.GetUtcNow() },
                default);
        var removal = new Meanwhile(() => _data.Blobs.DeleteAsync(removed.Source, default).AsTask().Wait());

        await IntakeAt(removal).AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);

        Assert.Equal([(await _data.Catalog.GetAsync(first.Id, default))!.Source], await OriginalsAsync());
    }

    [Fact]
    public async Task The_copy_of_an_upload_that_failed_goes_when_it_comes_again()
    {
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var entry = (await _data.Catalog.GetAsync(first.Id, default))!;
        await _data.Catalog.ApplyAsync(
            new VideoFailed
            {
                VideoId = first.Id,
                UploadId = entry.UploadId,
                Time = TimeProvider.System.GetUtcNow(),
                Stage = Stages.Decode,
                Reason = "it is no video"
            }, default);

        await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);

        Assert.Equal([(await _data.Catalog.GetAsync(first.Id, default))!.Source], await OriginalsAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Given_again_a_video_whose_original_is_cut_or_missing_is_processed_again_under_its_title(bool isCut)
    {
        var first = await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);
        var entry = (await _data.Catalog.GetAsync(first.Id, default))!;
        var described =
            new VideoDescribed { VideoId = first.Id, UploadId = entry.UploadId, Time = entry.UploadedAt, Title = "waves" };
        await _data.Catalog.ApplyAsync(described, default);
        await _data.Blobs.DeleteAsync(entry.Source, default);
        if (isCut)
            await _data.Blobs.WriteAsync(entry.Source, (blob, token) => blob.WriteAsync(new byte[] { 1, 2 }, token), default);

        await Intake.AcceptAsync(CollectionId.Default, "one.mp4", new MemoryStream([1, 2, 3]), default);

        var again = (await _data.Catalog.GetAsync(first.Id, default))!;
        Assert.Equal((VideoState.Uploaded, "waves"), (again.State, again.Title));
        Assert.NotEqual(entry.UploadId, again.UploadId);
        Assert.Equal([again.Source], await OriginalsAsync());
        Assert.Equal(3, (await _data.Blobs.FindAsync(again.Source, default))!.Value.Bytes);
    }

    private async Task<List<string>> OriginalsAsync()
    {
        var names = new List<string>();
        await foreach (var blob in _data.Blobs.ListAsync("originals/", default))
            names.Add(blob.Name);
        return names;
    }

    private async Task<List<VideoEvent>> LogAsync()
    {
        var events = new List<VideoEvent>();
        await foreach (var happened in _data.Events.ReadAllAsync(default))
            events.Add(happened);
        return events;
    }
}
