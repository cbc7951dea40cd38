using TcMgc.Stores.Kafka;
using TcMgc.Tests.Common.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>The protocol of brokers before 4.0; skipped where the others' tests speak it too.</summary>
[Collection(KafkaTests.Name)]
public sealed class KafkaClassicGroupTests : KafkaEventLogContract
{
    public KafkaClassicGroupTests(KafkaCluster cluster) : base(cluster, KafkaGroupProtocol.Classic) =>
        Assert.SkipUnless(AreReal, TestBrokers.OnlyClassic);
}
