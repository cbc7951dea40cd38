using TcMgc.Shared.Catalog;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SqliteCatalogTests : CatalogContract, IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly List<SqliteCatalog> _catalogs = [];

    public void Dispose()
    {
        foreach (var catalog in _catalogs)
            catalog.Dispose();
        _folder.Dispose();
    }

    protected override ICatalog Create()
    {
        _catalogs.Add(new(_folder.File($"catalog-{_catalogs.Count}.db")));
        return _catalogs[^1];
    }
}
