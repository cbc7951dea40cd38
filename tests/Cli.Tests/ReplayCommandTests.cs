using System.Text.Json;
using TcMgc.Hosting.Audit;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

public sealed class ReplayCommandTests : IDisposable
{
    private static readonly Subscription s_workers = new("workers", [Topics.Uploaded]);
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Dead_letters_are_listed_and_sent_again_once()
    {
        await GiveUpAsync("the index\nis full");

        var listed = await CommandRun.Of("replay", "--data", _folder, "--list");
        var replayed = await CommandRun.Of("replay", "--data", _folder, "--json");
        var again = await CommandRun.Of("replay", "--data", _folder);

        Assert.Equal((0, 2), (listed.Status, listed.Output.TrimEnd('\n').Split('\n').Length));
        Assert.EndsWith("1 given up\n", listed.Output, StringComparison.Ordinal);
        var letter = Assert.Single(JsonDocument.Parse(replayed.Output).RootElement.EnumerateArray());
        Assert.Equal(
            (Topics.Uploaded, "workers"), (letter.GetProperty("topic").GetString(), letter.GetProperty("group").GetString()));
        Assert.Equal((0, "nothing was given up\n"), (again.Status, again.Output));
        Assert.Contains("\"action\":\"replay\"", Assert.Single(File.ReadAllLines(Path.Combine(_folder, AuditLog.FileName))),
            StringComparison.Ordinal);
        using var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, CancellationToken.None);
        Assert.Equal(2, await folder.Events.ReadAllAsync(CancellationToken.None).CountAsync());
    }

    [Fact]
    public async Task A_failed_video_is_processed_again_by_its_name_and_one_that_did_not_fail_is_refused()
    {
        var (failed, sound) = (SampleEvents.Uploaded(1, name: "holiday.mp4"), SampleEvents.Uploaded(2, name: "sea.mp4"));
        using (var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, CancellationToken.None))
            foreach (var happened in (VideoEvent[])[failed, SampleEvents.Failed(failed), sound, SampleEvents.Indexed(sound)])
                await folder.Events.AppendAsync(happened, CancellationToken.None);

        var refused = await CommandRun.Of("replay", "holiday.mp4", "sea.mp4", "--data", _folder);
        var retried = await CommandRun.Of("replay", "holiday.mp4", "--data", _folder);

        Assert.Equal((1, $"tcmgc: sea.mp4 ({sound.VideoId}) has not failed\n"), (refused.Status, refused.Errors));
        Assert.StartsWith($"holiday.mp4 ({failed.VideoId}) is processed again", retried.Output, StringComparison.Ordinal);
        using var after = await DataFolder.OpenAsync(_folder, TimeProvider.System, CancellationToken.None);
        Assert.Equal(VideoState.Uploaded, (await after.Catalog.GetAsync(failed.VideoId, CancellationToken.None))!.State);
    }

    [Theory]
    [InlineData(2, "VIDEO goes with --data alone", "clip.mp4", "--kafka", "127.0.0.1:1")]
    [InlineData(2, "must be KEY=VALUE", "--kafka", "127.0.0.1:1", "--kafka-setting", "acks")]
    [InlineData(1, "Kafka:ClientSettings:acks is set by the event log", "--kafka", "127.0.0.1:1", "--kafka-setting", "acks=0")]
    [InlineData(1, "nothing is indexed there", "--data", "none-here")]
    public async Task Wrong_usage_is_reported_in_one_line(int expected, string reason, params string[] arguments)
    {
        var (status, _, errors) = await CommandRun.Of(["replay", .. arguments]);

        Assert.Equal(expected, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    private async Task GiveUpAsync(string reason)
    {
        using var folder = await DataFolder.OpenAsync(_folder, TimeProvider.System, CancellationToken.None);
        await folder.Events.AppendAsync(SampleEvents.Uploaded(0), CancellationToken.None);
        var delivery = await folder.Events.SubscribeAsync(s_workers, CancellationToken.None).FirstAsync();
        await folder.Events.RejectAsync(delivery, reason, CancellationToken.None);
    }
}
