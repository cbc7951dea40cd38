using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Commands;

/// <summary>Finds videos by what users type: an id, a title, a file name or a path.</summary>
internal static class VideoNames
{
    /// <summary>The video with this id, title, file name or path.</summary>
    /// <exception cref="UserException">There is none, or there are several.</exception>
    public static CatalogEntry Find(IReadOnlyList<CatalogEntry> entries, string name)
    {
        var found = entries.Where(Matches).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UserException($"there is no video '{name}'; 'tcmgc videos' lists all videos"),
            _ => throw new UserException(
                $"{found.Count} videos are called '{name}'; give one of their ids: "
                + $"{string.Join(", ", found.Select(entry => entry.Id))}"),
        };

        bool Matches(CatalogEntry entry) =>
            (VideoId.TryParse(name, out var id) && entry.Id == id) || entry.Title == name || entry.Name == name
            || FileSource.PathIn(entry.Source) is { } path
                && (path == Path.GetFullPath(name) || path == RegularFile.RealPath(name));
    }
}
