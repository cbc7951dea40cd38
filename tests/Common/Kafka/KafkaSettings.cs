namespace TcMgc.Tests.Common.Kafka;

/// <summary>
/// Settings of a cluster's brokers. They have three listeners: without TLS, with TLS and SCRAM, and for controllers.
/// </summary>
internal sealed class KafkaSettings(string folder, int[] ports, string others)
{
    public const string ClusterId = "AAAAAAAAAAAAAAAAAAAAAQ";

    private const string Login = "org.apache.kafka.common.security.scram.ScramLoginModule";

    private readonly int _count = ports.Length / 3;

    /// <summary>The brokers' numbers, from 1.</summary>
    public IEnumerable<int> Brokers => Enumerable.Range(1, _count);

    public string BootstrapServers => string.Join(',', Brokers.Select(broker => $"127.0.0.1:{Clear(broker)}"));

    public string SecureServers => string.Join(',', Brokers.Select(broker => $"127.0.0.1:{Secure(broker)}"));

    public LoopbackCertificate Certificate { get; } = LoopbackCertificate.Create(folder);

    /// <summary>
    /// server.properties of a broker. Clients without TLS may do everything; the others need access rights. Compaction, and the
    /// removal of empty groups, run more often than usual.
    /// </summary>
    public string Of(int broker)
    {
        var inSync = _count > 1 ? 2 : 1;
        var clients = $"PLAINTEXT://127.0.0.1:{Clear(broker)},SASL_SSL://127.0.0.1:{Secure(broker)}";
        return $"""
            process.roles=broker,controller
            node.id={broker}
            controller.quorum.voters={string.Join(',', Brokers.Select(voter => $"{voter}@127.0.0.1:{Controller(voter)}"))}
            controller.listener.names=CONTROLLER
            inter.broker.listener.name=PLAINTEXT
            listeners={clients},CONTROLLER://127.0.0.1:{Controller(broker)}
            advertised.listeners={clients}
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT
            sasl.enabled.mechanisms=SCRAM-SHA-512
            listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config={Login} required;
            ssl.keystore.type=PEM
            ssl.keystore.location={Certificate.KeyStore}
            authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
            super.users=User:ANONYMOUS
            allow.everyone.if.no.acl.found=true
            log.dirs={folder}/{broker}.data
            auto.create.topics.enable=false
            default.replication.factor={_count}
            min.insync.replicas={inSync}
            offsets.topic.replication.factor={_count}
            offsets.topic.num.partitions=4
            transaction.state.log.replication.factor={_count}
            transaction.state.log.min.isr={inSync}
            transaction.state.log.num.partitions=4
            group.initial.rebalance.delay.ms=0
            log.cleaner.backoff.ms=2000
            {others}
            """;
    }

    private int Clear(int broker) => ports[3 * (broker - 1)];

    private int Secure(int broker) => ports[3 * (broker - 1) + 1];

    private int Controller(int broker) => ports[3 * (broker - 1) + 2];
}
