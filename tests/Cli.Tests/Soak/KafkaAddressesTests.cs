using TcMgc.Cli.Soak;

namespace TcMgc.Cli.Tests.Soak;

public sealed class KafkaAddressesTests
{
    [Fact]
    public void Every_address_of_a_broker_becomes_that_of_its_gate_and_the_rest_stays()
    {
        var addresses = new KafkaAddresses();
        addresses.Add("127.0.0.1", 9092, 20_001);
        addresses.Add("127.0.0.1", 9093, 20_002);
        var answer = Answer(9092, 9093, 9094, 9092);

        addresses.Replace(answer);

        Assert.Equal(Answer(20_001, 20_002, 9094, 20_001), answer);
        Assert.True(addresses.Replaced);
    }

    [Fact]
    public void Brokers_that_tell_other_addresses_are_noticed()
    {
        var addresses = new KafkaAddresses();
        addresses.Add("127.0.0.1", 9092, 20_001);

        addresses.Replace(Answer(9094));

        Assert.False(addresses.Replaced);
    }

    private static byte[] Answer(params int[] ports) =>
        [.. ports.SelectMany(port => (byte[])[10, .. "127.0.0.1"u8, 0, 0, (byte)(port >> 8), (byte)port, 0])];
}
