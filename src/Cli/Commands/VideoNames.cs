using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Commands;

/// <summary>What users call a video on the command line: its id, its file name or its path.</summary>
internal static class VideoNames
{
    /// <summary>The one video that is meant.</summary>
    /// <exception cref="UserException">There is none, or there are several.</exception>
    public static CatalogEntry Find(IReadOnlyList<CatalogEntry> entries, string wanted)
    {
        var found = entries.Where(Matches).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new UserException($"there is no video '{wanted}'; 'tcmgc videos' lists those there are"),
            _ => throw new UserException(
                $"{found.Count} videos are called '{wanted}'; give one of their ids: "
                    + $"{string.Join(", ", found.Select(entry => entry.Id))}"),
        };

        bool Matches(CatalogEntry entry) =>
            (VideoId.TryParse(wanted, out var id) && entry.Id == id) || entry.Name == wanted
            || FileSource.PathIn(entry.Source) == Path.GetFullPath(wanted);
    }
}
