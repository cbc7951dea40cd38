using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>Workers as processes of their own share the partitions of a topic.</summary>
[Collection(KafkaTests.Name)]
public sealed class KafkaGroupTests(KafkaCluster cluster) : IDisposable
{
    private const int HeldVideo = 1_000_000;
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(5));
    private readonly ScratchFolder _folder = new();
    private readonly List<VideoId> _videos = [];
    private readonly HashSet<VideoId> _finished = [];

    public void Dispose()
    {
        _end.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Consumer)]
    [InlineData(KafkaGroupProtocol.Classic)]
    public async Task Of_three_workers_one_is_killed_in_the_middle_of_a_video_and_nothing_is_lost_or_doubled(
        KafkaGroupProtocol protocol)
    {
        Assert.SkipUnless(cluster.Brokers.AreReal || protocol == KafkaGroupProtocol.Classic, TestBrokers.OnlyClassic);
        var options = cluster.NewLog(partitions: 6, protocol);
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token);
        await using var finished = log.SubscribeAsync(new("test", [Topics.Decoded]), _end.Token).GetAsyncEnumerator(_end.Token);
        using WorkerProcess one = Start(options, "one"), two = Start(options, "two"), three = Start(options, "three");
        WorkerProcess[] workers = [one, two, three];

        while (workers.Any(worker => worker.Done.Count == 0))
        {
            Assert.All(workers, worker => worker.AssertRuns());
            await AppendAsync(log, _videos.Count);
            await FinishedAsync(log, finished);
        }
        await AppendAsync(log, HeldVideo);
        var killed =
            workers[Array.IndexOf(
                [.. workers.Select(worker => worker.Holds)], await Task.WhenAny(workers.Select(worker => worker.Holds)))];
        killed.Kill();
        for (var video = 1; video <= 30; video++)
            await AppendAsync(log, HeldVideo + video);
        await FinishedAsync(log, finished);

        Assert.Equal(_videos.Select(video => video.ToString()).Append("held").Order(), Files());
        Assert.NotEqual(killed.Name, await File.ReadAllTextAsync(_folder.File(Video(HeldVideo).ToString())));
        foreach (var worker in workers.Except([killed]))
            Assert.Equal(0, await worker.TerminateAsync(_end.Token));
        Assert.Empty(await log.DeadLettersAsync(_end.Token).ToListAsync(_end.Token));
    }

    private WorkerProcess Start(KafkaOptions options, string name) => new(options, _folder.Path, name, Video(HeldVideo));

    /// <summary>Half-written effects of the one that was killed aside.</summary>
    private IEnumerable<string> Files() =>
        Directory.GetFiles(_folder.Path).Where(file => !Path.HasExtension(file)).Select(file => Path.GetFileName(file)).Order();

    private async Task AppendAsync(KafkaEventLog log, int video)
    {
        _videos.Add(Video(video));
        await log.AppendAsync(Uploaded(video), _end.Token);
    }

    /// <summary>Waits until every video was done.</summary>
    private async Task FinishedAsync(KafkaEventLog log, IAsyncEnumerator<Delivery> finished)
    {
        while (_finished.Count < _videos.Count && await finished.MoveNextAsync())
        {
            _finished.Add(finished.Current.Event.VideoId);
            await log.CommitAsync(finished.Current, _end.Token);
        }
    }
}
