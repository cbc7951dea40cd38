using System.Diagnostics;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Tests.Common.Kafka;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>Members that are killed, join, or are taken for dead: what the others feel of it.</summary>
[Collection(ThreeBrokersTests.Name)]
public sealed class KafkaMembershipTests(KafkaCluster cluster, ThreeBrokers brokers, ITestOutputHelper output)
    : IClassFixture<KafkaCluster>, IDisposable
{
    private const int Partitions = 12, HeldVideo = 1_000_000;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(50), s_watched = TimeSpan.FromSeconds(12);
    private readonly CancellationTokenSource _end = new(TimeSpan.FromMinutes(3));
    private readonly ScratchFolder _folder = new();
    private readonly Dictionary<string, long> _appended = [];

    public void Dispose()
    {
        _end.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_member_that_is_killed_and_one_that_joins_hold_up_the_others_partitions_for_5_seconds_at_most()
    {
        Assert.SkipUnless(brokers.Brokers.AreReal, TestBrokers.OnlyClassic);
        var options = brokers.NewLog(Partitions);
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token);
        using WorkerProcess one = Start(options, "one"), two = Start(options, "two"), killed = Start(options, "killed");
        WorkerProcess[] living = [one, two];
        await AppendUntilAsync(log, () => living.Append(killed).All(worker => PartitionsOf(worker).Count == Partitions / 3));

        killed.Kill();
        var before = PartitionsOf(killed);
        var started = Stopwatch.GetTimestamp();
        await AppendUntilAsync(log, () => Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(2));
        using var joining = Start(options, "joining");
        await AppendUntilAsync(log, () => Stopwatch.GetElapsedTime(started) > s_watched);
        living = [.. living, joining];
        var waited = Waits(living, started).Where(wait => !before.Contains(wait.Key)).ToDictionary();

        output.WriteLine(string.Join(", ", waited.OrderBy(wait => wait.Key).Select(wait => $"{wait.Key}: {wait.Value:s\\.f} s")));
        Assert.Equal(Partitions - before.Count, waited.Count);
        Assert.All(waited.Values, wait => Assert.InRange(wait, TimeSpan.Zero, TimeSpan.FromSeconds(5)));
        Assert.NotEmpty(joining.Done);
        Assert.All(living, worker => worker.AssertRuns());
    }

    [Theory]
    [InlineData(KafkaGroupProtocol.Consumer)]
    [InlineData(KafkaGroupProtocol.Classic)]
    public async Task A_member_whose_group_went_on_without_it_does_not_end_and_takes_part_again(KafkaGroupProtocol protocol)
    {
        Assert.SkipUnless(cluster.Brokers.AreReal || protocol == KafkaGroupProtocol.Classic, TestBrokers.OnlyClassic);
        var options = cluster.NewLog(partitions: 6, protocol);
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, _end.Token);
        using WorkerProcess one = Start(options, "one"), two = Start(options, "two");
        await AppendUntilAsync(log, () => one.Done.Count > 0 && two.Done.Count > 0);
        await log.AppendAsync(Uploaded(HeldVideo), _end.Token);
        var (frozen, other) = await Task.WhenAny(one.Holds, two.Holds) == one.Holds ? (one, two) : (two, one);

        frozen.Freeze();
        await AppendUntilAsync(log, () => other.Done.Any(done => done.Video == Video(HeldVideo).ToString()));
        await File.WriteAllTextAsync(_folder.File(FeaturizerProcess.GoOn), "", _end.Token);
        var did = frozen.Done.Count;
        frozen.Thaw();
        await AppendUntilAsync(log, () => frozen.Done.Count > did + 1);
        await AppendUntilAsync(log, isNew: false, isTrue: () =>
            _appended.Keys.All(one.Done.Concat(two.Done).Select(done => done.Video).ToHashSet().Contains));

        frozen.AssertRuns();
        other.AssertRuns();
        Assert.Empty(await log.DeadLettersAsync(_end.Token).ToListAsync(_end.Token));
    }

    private WorkerProcess Start(KafkaOptions options, string name) => new(options, _folder.Path, name, Video(HeldVideo));

    /// <summary>Partitions that a worker's last videos came from.</summary>
    private static HashSet<string> PartitionsOf(WorkerProcess worker) =>
        [.. worker.Done.Reverse().Take(4 * Partitions).Select(done => done.Partition)];

    /// <summary>The longest time from an append to the commit, by partition, of what was appended since.</summary>
    private Dictionary<string, TimeSpan> Waits(IEnumerable<WorkerProcess> workers, long since) =>
        workers.SelectMany(worker => worker.Done).Where(done => _appended[done.Video] >= since)
            .GroupBy(done => done.Partition, done => Stopwatch.GetElapsedTime(_appended[done.Video], done.At))
            .ToDictionary(partition => partition.Key, partition => partition.Max());

    /// <summary>Appends videos at a pace until something is true.</summary>
    private async Task AppendUntilAsync(KafkaEventLog log, Func<bool> isTrue, bool isNew = true)
    {
        for (; !isTrue(); await Task.Delay(s_pace, _end.Token))
            if (isNew)
            {
                var video = _appended.Count;
                _appended[Video(video).ToString()] = Stopwatch.GetTimestamp();
                await log.AppendAsync(Uploaded(video), _end.Token);
            }
    }
}
