using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Maintenance;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Maintenance;

public sealed class BackupTests : IAsyncLifetime
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _folder = new();
    private Storage _stores = null!;

    private string Saved => _folder.File("backup");

    private string Restored => _folder.File("restored");

    public async ValueTask InitializeAsync() => _stores = await OpenedStores.OpenAsync(_folder.File("data"));

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Taken_while_videos_come_and_go_a_backup_holds_those_before_and_what_is_restored_is_whole()
    {
        for (var video = 0; video < 20; video++)
            await _stores.IndexAsync(video);
        using var end = new CancellationTokenSource();
        var busy = new TaskCompletionSource();
        var load = Task.Run(() => ComeAndGoAsync(busy, end.Token));
        await busy.Task;

        await BackUpAsync();
        var again = await BackUpAsync();
        await end.CancelAsync();
        await load;
        await RestoreAsync();

        await using var restored = await OpenedStores.OpenAsync(Restored);
        Assert.Empty(again.Missing);
        Assert.Empty(await new StoreCheck(restored, TimeProvider.System).RunAsync(s_never).Select(one => one.Text).ToListAsync());
        var videos = await restored.Catalog.ListAsync(s_never).ToListAsync();
        Assert.Equal(again.Videos, videos.Count);
        for (var video = 0; video < 20; video++)
            Assert.Equal(VideoState.Indexed, videos.Single(entry => entry.Name == $"{video}.mp4").State);
    }

    [Fact]
    public async Task A_video_removed_after_the_moment_of_the_backup_is_removed_from_it_too_and_one_on_its_way_starts_again()
    {
        var (kept, removed, decoded) = (await _stores.IndexAsync(1), await _stores.IndexAsync(2), await _stores.UploadAsync(3));
        await _stores.AppendAsync(Decoded(decoded));
        var told = new List<CopyProgress>();
        var removing = new Reporting(progress =>
        {
            if (told.Count == 0)
                _stores.RemoveAsync(removed).GetAwaiter().GetResult();
            told.Add(progress);
        });

        var report = await BackUpAsync(removing);
        await RestoreAsync();

        await using var restored = await OpenedStores.OpenAsync(Restored);
        Assert.Equal((2, 0), (report.Videos, report.Missing.Count));
        Assert.Equal([(kept.VideoId, VideoState.Indexed), (decoded.VideoId, VideoState.Uploaded)],
            await restored.Catalog.ListAsync(s_never).Select(entry => (entry.Id, entry.State)).ToListAsync());
        Assert.Empty(await new StoreCheck(restored, TimeProvider.System).RunAsync(s_never).ToListAsync());
    }

    [Fact]
    public async Task A_backup_taken_again_copies_what_is_new_and_drops_what_is_gone()
    {
        var gone = await _stores.IndexAsync(1);
        await File.WriteAllTextAsync(Path.Combine(_folder.File("data"), "keys.json"), "[]");
        var first = await BackUpAsync();
        await _stores.RemoveAsync(gone);
        var added = await _stores.IndexAsync(2);

        var second = await BackUpAsync();
        var third = await BackUpAsync();

        Assert.Equal((4, 4, 0), (first.Copied, second.Copied, third.Copied));
        Assert.Equal(["keys.json", added.Source],
            [.. Directory.GetFiles(Saved, "keys.json").Select(Path.GetFileName),
                .. Directory.GetFiles(Path.Combine(Saved, "blobs", "originals"), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(Path.Combine(Saved, "blobs"), file))]);
        await RestoreAsync();
        Assert.True(File.Exists(Path.Combine(Restored, "keys.json")));
    }

    [Fact]
    public async Task A_missing_original_is_told()
    {
        var lost = await _stores.IndexAsync(1);
        await _stores.Blobs.DeleteAsync(lost.Source, s_never);

        var report = await BackUpAsync();

        Assert.Contains(lost.Source, Assert.Single(report.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_anything_else_is_not_taken_for_a_backup()
    {
        Directory.CreateDirectory(Saved);
        await File.WriteAllTextAsync(Path.Combine(Saved, "holiday.jpg"), "x");
        await RefusedAsync(() => BackUpAsync(), "is not empty, and no backup");
        File.Delete(Path.Combine(Saved, "holiday.jpg"));
        await RefusedAsync(RestoreAsync, "is no complete backup");
        await using (var other = await OpenedStores.OpenAsync(_folder.File("other")))
            await new Backup(other, TimeProvider.System).RunAsync(Saved, null, s_never);

        await RefusedAsync(() => BackUpAsync(), "is the backup of another data folder");
    }

    [Fact]
    public async Task A_data_folder_that_is_not_empty_or_in_use_is_not_restored_into()
    {
        await _stores.IndexAsync(1);
        await BackUpAsync();
        Directory.CreateDirectory(Restored);
        using (WorkLock.Acquire(Restored))
            await RefusedAsync(RestoreAsync, "another tcmgc");
        await File.WriteAllTextAsync(Path.Combine(Restored, "events.db"), "");
        await RefusedAsync(RestoreAsync, "is not empty");
        File.Delete(Path.Combine(Restored, "events.db"));

        await RestoreAsync();

        await RefusedAsync(RestoreAsync, "is not empty");
    }

    [Fact]
    public async Task An_interrupted_restore_is_no_data_folder_and_goes_on()
    {
        await _stores.IndexAsync(1);
        await _stores.IndexAsync(2);
        await BackUpAsync();
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Restoring(TimeProvider.System).RunAsync(
            Saved, Restored, new Reporting(_ => stop.Cancel()), stop.Token));
        Assert.False(File.Exists(Path.Combine(Restored, "events.db")));

        var report = await new Restoring(TimeProvider.System).RunAsync(Saved, Restored, null, s_never);

        Assert.Equal(2, report.Videos);
        await using var restored = await OpenedStores.OpenAsync(Restored);
        Assert.Empty(await new StoreCheck(restored, TimeProvider.System).RunAsync(s_never).ToListAsync());
    }

    /// <summary>Uploads, indexes and removes videos until cancelled, as several workers do.</summary>
    private async Task ComeAndGoAsync(TaskCompletionSource busy, CancellationToken end)
    {
        for (var video = 100; !end.IsCancellationRequested; video += 2)
        {
            var coming = await _stores.IndexAsync(video);
            await _stores.UploadAsync(video + 1);
            await _stores.RemoveAsync(coming);
            busy.TrySetResult();
        }
    }

    private Task<BackupReport> BackUpAsync(IProgress<CopyProgress>? progress = null) =>
        new Backup(_stores, TimeProvider.System).RunAsync(Saved, progress, s_never);

    private Task RestoreAsync() => new Restoring(TimeProvider.System).RunAsync(Saved, Restored, null, s_never);

    private static async Task RefusedAsync(Func<Task> act, string reason)
    {
        var error = await Assert.ThrowsAsync<UserException>(act);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    /// <summary>Reports on the thread of the work.</summary>
    private sealed class Reporting(Action<CopyProgress> report) : IProgress<CopyProgress>
    {
        public void Report(CopyProgress value) => report(value);
    }
}
