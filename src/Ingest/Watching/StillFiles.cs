namespace TcMgc.Ingest.Watching;

/// <summary>What tells that a file, or a transcript beside it, was written to.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="Beside">A number that is another when what lies beside it is.</param>
internal readonly record struct FileStamp(long Bytes, DateTime Written, int Beside = 0);

/// <summary>
/// Tells when a file that may still be copied has been left alone for long enough. It trusts what it saw itself, not the times
/// that files carry: a copied file may bring its own.
/// </summary>
/// <param name="still">How long a stamp must stay the same.</param>
internal sealed class StillFiles(TimeSpan still)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    private readonly record struct Seen(FileStamp Stamp, TimeSpan Since, bool Taken);

    /// <summary>
    /// The files to take now, from a look at all there are. Each is named again at every look until <see cref="Take"/> is told of
    /// it, and once more when its stamp changes.
    /// </summary>
    /// <param name="files">Every file with its stamp.</param>
    /// <param name="now">Time of the look, on a clock that never goes back.</param>
    public List<string> Look(IReadOnlyDictionary<string, FileStamp> files, TimeSpan now)
    {
        foreach (var gone in _seen.Keys.Where(path => !files.ContainsKey(path)).ToList())
            _seen.Remove(gone);
        var ready = new List<string>();
        foreach (var (path, stamp) in files)
        {
            if (!_seen.TryGetValue(path, out var seen) || seen.Stamp != stamp)
                _seen[path] = seen = new(stamp, now, Taken: false);
            if (!seen.Taken && now - seen.Since >= still)
                ready.Add(path);
        }
        return ready;
    }

    /// <summary>Says that a file was taken as it was at the last look.</summary>
    public void Take(string path) => _seen[path] = _seen[path] with { Taken = true };
}
