using System.Runtime.InteropServices;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>
/// A process of its own (Program.cs): a worker whose effect is a file per video. It stops in the middle of the video that it is
/// told until a file lets it go on, unless another worker did so before. SIGTERM ends it in order.
/// </summary>
internal static class FeaturizerProcess
{
    public const string Command = "featurizer", Group = "featurizer", GoOn = "go.on";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var servers, var prefix, var protocol, var folder, var name, var heldVideo])
            return 2;
        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });
        await using var log = await KafkaEventLog.OpenAsync(
            KafkaCluster.Options(servers, prefix, 6, Enum.Parse<KafkaGroupProtocol>(protocol)), TimeProvider.System, stop.Token);
        try
        {
            await foreach (var delivery in log.SubscribeAsync(new(Group, [Topics.Uploaded]) { MaxInFlight = 2 }, stop.Token))
            {
                var upload = (VideoUploaded)delivery.Event;
                if (upload.VideoId.ToString() == heldVideo && IsFirst(folder))
                {
                    Console.WriteLine("holding");
                    while (!File.Exists(Path.Combine(folder, GoOn)))
                        await Task.Delay(s_look, stop.Token);
                }
                await File.WriteAllTextAsync(Path.Combine(folder, $"{upload.VideoId}.{name}"), name, stop.Token);
                File.Move(Path.Combine(folder, $"{upload.VideoId}.{name}"), Path.Combine(folder, upload.VideoId.ToString()),
                    overwrite: true);
                await log.AppendAsync(Decoded(upload), CancellationToken.None);
                await log.CommitAsync(delivery, CancellationToken.None);
                Console.WriteLine($"did {upload.VideoId} {delivery.Partition}");
            }
        }
        catch (OperationCanceledException)
        {
        }
        return 0;
    }

    private static bool IsFirst(string folder)
    {
        try
        {
            new FileStream(Path.Combine(folder, "held"), FileMode.CreateNew).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
