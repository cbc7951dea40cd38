using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>Brokers for tests of services, started at first use.</summary>
public abstract class ServiceBrokers : IDisposable
{
    private readonly Lazy<TestBrokers> _brokers;

    private protected ServiceBrokers(int count) => _brokers = new(() => new(count));

    internal TestBrokers Brokers => _brokers.Value;

    public void Dispose()
    {
        if (_brokers.IsValueCreated)
            _brokers.Value.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>One, where none goes away.</summary>
public sealed class OneBroker() : ServiceBrokers(1);

/// <summary>Three, of which one may go away and nothing is lost.</summary>
public sealed class ThreeBrokers() : ServiceBrokers(3);

/// <summary>Tests that share a broker, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceTests : ICollectionFixture<OneBroker>
{
    public const string Name = "Services";
}
