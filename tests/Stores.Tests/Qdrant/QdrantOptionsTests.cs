using TcMgc.Shared;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Stores.Tests.Qdrant;

public sealed class QdrantOptionsTests
{
    public static TheoryData<string, QdrantOptions> Wrong => new()
    {
        { "Qdrant:Url must be an address such as http://localhost:6334, is 'localhost:6334'", new() { Url = "localhost:6334" } },
        { "Qdrant:Url must be an address such as http://localhost:6334, is 'http://h?***'", new() { Url = "http://h?x=1" } },
        { "Qdrant:Url must be an address such as http://localhost:6334, is 'http://h/qdrant'",
            new() { Url = "http://h/qdrant" } },
        { "Qdrant:Url must be an address such as http://localhost:6334, is 'http://***@h'",
            new() { Url = "http://me:s3cr/et@h" } },
        { "Qdrant:Url must be an address such as http://localhost:6334, is '***@h:1'", new() { Url = "me:s3cret@h:1" } },
        { "Qdrant:Url must be an address such as http://localhost:6334", new() { Url = "" } },
        { "Qdrant:ApiKey must be visible ASCII characters without spaces", new() { ApiKey = "a\nb" } },
        { "Qdrant:Alias must be a name of 1 to 64 letters, digits, '.', '_' or '-'", new() { Alias = "a/b" } },
        { "Qdrant:Quantization must be None, Scalar or Binary", new() { Quantization = (QdrantQuantization)9 } },
        { "Qdrant:BatchSize must be 1 to 1024", new() { BatchSize = 0 } },
        { "Qdrant:Timeout must be 00:00:00.1 to 00:10:00", new() { Timeout = TimeSpan.Zero } },
        { "Qdrant:SearchTimeout must be 00:00:00.1 to 00:10:00", new() { SearchTimeout = TimeSpan.FromHours(1) } },
        { "Qdrant:ShardNumber must be 1 to 1024; Qdrant:ReplicationFactor must be 1 to 16",
            new() { ShardNumber = 0, ReplicationFactor = 17 } },
    };

    [Fact]
    public void The_defaults_are_right() => new QdrantOptions().Check();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_setting_is_told_by_its_key_and_what_it_takes(string message, QdrantOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Assert.Equal(message, Assert.Throws<UserException>(() => new QdrantVectorIndex(options, TimeProvider.System)).Message);
    }
}
