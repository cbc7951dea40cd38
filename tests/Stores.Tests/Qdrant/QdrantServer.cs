using Grpc.Net.Client;
using Qdrant.Client.Grpc;
using TcMgc.Stores.Tests.Qdrant.StandIn;

namespace TcMgc.Stores.Tests.Qdrant;

/// <summary>
/// The server of a class of tests: the one that TCMGC_TEST_QDRANT names, or a stand-in. Its own collections go with it.
/// </summary>
public sealed class QdrantServer : IAsyncLifetime
{
    private static readonly string? s_real = Environment.GetEnvironmentVariable("TCMGC_TEST_QDRANT");

    private readonly string _prefix = $"tcmgc-test-{Guid.NewGuid():N}";
    private QdrantStandIn? _standIn;
    private int _aliases;

    public string Url => _standIn?.Url ?? s_real!;

    public string NewAlias() => $"{_prefix}-{Interlocked.Increment(ref _aliases)}";

    public async ValueTask InitializeAsync() => _standIn = s_real is null ? await QdrantStandIn.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_standIn is not null)
        {
            await _standIn.DisposeAsync();
            return;
        }
        using var channel = GrpcChannel.ForAddress(Url);
        var collections = new QdrantGrpcClient(channel).Collections;
        foreach (var collection in (await collections.ListAsync(new ListCollectionsRequest())).Collections)
            if (collection.Name.StartsWith(_prefix, StringComparison.Ordinal))
                await collections.DeleteAsync(new DeleteCollection { CollectionName = collection.Name });
    }
}
