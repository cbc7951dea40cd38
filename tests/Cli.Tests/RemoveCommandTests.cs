using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

public sealed class RemoveCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-remove-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_removal_that_the_log_does_not_take_takes_nothing_of_the_video()
    {
        await IndexAsync();
        await ExecuteAsync("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'full'); END");

        var refused = await CommandRun.Of("remove", "clip.mp4", "--data", _folder);

        Assert.Equal(1, refused.Status);
        Assert.Equal((VideoState.Indexed, 1), await StateAsync());

        await ExecuteAsync("DROP TRIGGER full");
        var removed = await CommandRun.Of("remove", "clip.mp4", "--data", _folder);

        Assert.Equal((0, ""), (removed.Status, removed.Errors));
        Assert.Equal((VideoState.Deleted, 0), await StateAsync());
    }

    [Fact]
    public async Task A_video_is_removed_by_the_title_that_its_user_gave_it()
    {
        var upload = await IndexAsync();
        using (var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, default))
            await folder.Events.AppendAsync(SampleEvents.Described(upload, title: "A day at the beach"), default);

        var removed = await CommandRun.Of("remove", "A day at the beach", "--data", _folder);

        Assert.Equal((0, ""), (removed.Status, removed.Errors));
        Assert.Equal((VideoState.Deleted, 0), await StateAsync());
    }

    /// <summary>One video with one segment.</summary>
    private async Task<VideoUploaded> IndexAsync()
    {
        using var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, default);
        var upload = SampleEvents.Uploaded(1);
        var indexed = SampleEvents.Indexed(upload) with { ModelId = "model", Segments = 1 };
        await folder.Index.BindAsync(new("model", 2, 1, null), default);
        var place = new SegmentPlace(SegmentId.Of(upload.VideoId, "model", 0), upload.VideoId, 0, 0, 1, [0]);
        await folder.Index.UpsertAsync([new(place, [1, 0], [1, 0], [Half.One, Half.Zero], null, new byte[192])], default);
        await folder.Events.AppendAsync(upload, default);
        await folder.Events.AppendAsync(indexed, default);
        return upload;
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var log = new SqliteConnection($"Data Source={Path.Combine(_folder, "events.db")};Pooling=False");
        await log.OpenAsync();
        await using var command = log.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync();
    }

    private async Task<(VideoState State, int Segments)> StateAsync()
    {
        using var folder = await DataFolder.OpenExistingAsync(_folder, TimeProvider.System, default);
        var video = SampleEvents.Video(1);
        return ((await folder.Catalog.GetAsync(video, default))!.State, await folder.Index.CountAsync(video, default));
    }
}
