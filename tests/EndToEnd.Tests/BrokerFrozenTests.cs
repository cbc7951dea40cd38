using System.Diagnostics;
using System.Net;
using TcMgc.EndToEnd.Tests.Services;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests;

/// <summary>One of three brokers dies or hangs, as users of the services see it.</summary>
public sealed class BrokerFrozenTests(Workplace place, ThreeBrokers brokers, ITestOutputHelper output)
    : IClassFixture<Workplace>, IClassFixture<ThreeBrokers>
{
    private const int Brokers = 3;

    /// <summary>What is promised of each answer.</summary>
    private static readonly TimeSpan s_promised = TimeSpan.FromSeconds(20);

    private readonly KafkaServer? _server = brokers.Brokers.Server;

    [Fact]
    public async Task With_any_one_of_three_brokers_frozen_or_one_killed_an_upload_is_answered_in_20_seconds_and_taken()
    {
        Assert.SkipWhen(_server is null, "only brokers of our own are frozen");
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        var ingest = await cluster.IngestAsync();
        await ingest.UntilReadyzAsync();

        for (var broker = 1; broker <= Brokers; broker++)
            await UploadWhileAwayAsync(
                ingest, $"broker {broker} frozen", 4 * broker + 6, () => _server!.Freeze(broker), () => _server!.Thaw(broker));
        await UploadWhileAwayAsync(ingest, "broker 1 killed", 22, () => _server!.Kill(1), () => _server!.StartBroker(1));
        await ServiceCluster.StopAsync(ingest);
    }

    /// <summary>Uploads as many clips as each partition gets some of.</summary>
    private async Task UploadWhileAwayAsync(ServeRun ingest, string fault, int firstClip, Action takeAway, Action bringBack)
    {
        string[] clips = [.. Enumerable.Range(firstClip, 4).Select(clip => TestClips.Distinct(clip, 1))];
        takeAway();
        try
        {
            var uploads = await Task.WhenAll(clips.Select(clip => UntilTakenInTimeAsync(() => ingest.UploadAsync(clip))));
            output.WriteLine($"{fault}: {string.Join("; ", uploads)}");
        }
        finally
        {
            bringBack();
        }
    }

    /// <summary>Asks until it is granted, and each time is answered in time; says what the answers were.</summary>
    private static async Task<string> UntilTakenInTimeAsync(Func<Task<HttpResponseMessage>> request)
    {
        for (var answers = ""; ; answers += ", ")
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await request();
            var took = Stopwatch.GetElapsedTime(started);
            Assert.InRange(took, TimeSpan.Zero, s_promised);
            answers += $"{(int)answer.StatusCode} after {took.TotalSeconds:F1} s";
            if (answer.StatusCode == HttpStatusCode.Accepted)
                return answers;
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }
}
