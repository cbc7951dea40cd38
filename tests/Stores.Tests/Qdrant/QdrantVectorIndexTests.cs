using TcMgc.Shared.Vectors;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Stores.Tests.Qdrant;

public sealed class QdrantVectorIndexTests(QdrantServer server) : VectorIndexContract, IClassFixture<QdrantServer>, IDisposable
{
    private readonly Dictionary<IVectorIndex, string> _aliases = [];

    public void Dispose()
    {
        foreach (var index in _aliases.Keys)
            ((QdrantVectorIndex)index).Dispose();
    }

    protected override IVectorIndex Create() => Open(server.NewAlias());

    protected override IVectorIndex Reopen(IVectorIndex index) => Open(_aliases[index]);

    private QdrantVectorIndex Open(string alias)
    {
        var index = new QdrantVectorIndex(new() { Url = server.Url, Alias = alias, BatchSize = 3 }, TimeProvider.System);
        _aliases[index] = alias;
        return index;
    }
}
