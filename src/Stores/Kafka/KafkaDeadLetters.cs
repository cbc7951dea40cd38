using System.Globalization;
using Confluent.Kafka;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Kafka;

/// <summary>
/// The dead-letter topic: unchanged messages with additional headers for their origin and the reason.
/// </summary>
internal sealed class KafkaDeadLetters(
    IProducer<byte[], byte[]> producer, KafkaNames names, KafkaClients clients, TimeProvider clock)
{
    private const int MaxReasonLength = 1000;

    /// <summary>Sends a message to the dead letters; when this returns, the dead letter is durable.</summary>
    public async Task SendAsync(
        ConsumeResult<byte[], byte[]> rejected, string group, string reason, CancellationToken cancellationToken)
    {
        var headers = KafkaHeaders.Own(rejected.Message.Headers);
        headers.Write(KafkaHeaders.DeadTopic, rejected.Topic);
        headers.Write(KafkaHeaders.DeadPartition, rejected.Partition.Value.ToString(CultureInfo.InvariantCulture));
        headers.Write(KafkaHeaders.DeadPosition, rejected.Offset.Value.ToString(CultureInfo.InvariantCulture));
        headers.Write(KafkaHeaders.DeadGroup, group);
        headers.Write(KafkaHeaders.DeadReason, reason.Length > MaxReasonLength ? reason[..MaxReasonLength] : reason);
        headers.Write(KafkaHeaders.DeadTime, clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture));
        await ProduceAsync(names.Dead, rejected.Message, headers, cancellationToken);
    }

    /// <summary>Sends a dead letter to its original topic, without the additional headers.</summary>
    public Task ReplayAsync(ConsumeResult<byte[], byte[]> dead, CancellationToken cancellationToken) =>
        ProduceAsync(dead.Message.Headers.Read(KafkaHeaders.DeadTopic)!, dead.Message, KafkaHeaders.Own(dead.Message.Headers),
            cancellationToken);

    /// <summary>Reads a message of the dead-letter topic; null where its headers do not name an event topic.</summary>
    public DeadLetter? Read(ConsumeResult<byte[], byte[]> dead)
    {
        var headers = dead.Message.Headers;
        if (headers.Read(KafkaHeaders.DeadTopic) is not { } name
            || names.TopicOf(name) is var topic && !Topics.All.Contains(topic))
            return null;
        return new(topic, $"{topic}/{headers.Read(KafkaHeaders.DeadPartition)}",
            long.TryParse(headers.Read(KafkaHeaders.DeadPosition), CultureInfo.InvariantCulture, out var position)
            ? position : -1,
            headers.Read(KafkaHeaders.DeadGroup) ?? "", headers.Read(KafkaHeaders.DeadReason) ?? "",
            DateTimeOffset.TryParse(headers.Read(KafkaHeaders.DeadTime), CultureInfo.InvariantCulture, out var time)
            ? time : dead.Message.Timestamp.UtcDateTime);
    }

    private async Task ProduceAsync(
        string topic, Message<byte[], byte[]> message, Headers headers, CancellationToken cancellationToken)
    {
        try
        {
            await producer.ProduceAsync(
                topic, new() { Key = message.Key, Value = message.Value, Headers = headers }, cancellationToken);
        }
        catch (KafkaException error)
        {
            throw clients.Explained($"{topic} did not accept a message", error);
        }
    }
}
