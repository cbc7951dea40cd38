using TcMgc.Shared;

namespace TcMgc.Hosting.Access;

/// <summary>Paths of this service in its answers.</summary>
public static class CollectionPaths
{
    /// <summary>
    /// The path by which a request is about a collection: what a browser fetches by itself, pictures and streams, has no header.
    /// </summary>
    public static string In(this string path, CollectionId collection)
    {
        ArgumentNullException.ThrowIfNull(path);
        return collection.IsDefault ? path
            : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{CollectionAccess.Query}={collection}";
    }
}
