using TcMgc.Tests.Common.Kafka;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>Three brokers for tests of services, started at first use.</summary>
public sealed class ServiceBrokers : IDisposable
{
    private readonly Lazy<TestBrokers> _brokers = new(() => new(3));

    internal TestBrokers Brokers => _brokers.Value;

    public void Dispose()
    {
        if (_brokers.IsValueCreated)
            _brokers.Value.Dispose();
    }
}

/// <summary>Tests that share them, one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class ServiceTests : ICollectionFixture<ServiceBrokers>
{
    public const string Name = "Services";
}
