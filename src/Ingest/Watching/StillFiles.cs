namespace TcMgc.Ingest.Watching;

/// <summary>What changes when a file, or a transcript beside it, is written to.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="Written">When it was last written to.</param>
/// <param name="Beside">Hash of names, sizes and times of the transcripts beside it.</param>
internal readonly record struct FileStamp(long Bytes, DateTime Written, int Beside = 0);

/// <summary>
/// Says when a file that may still be being copied has not changed for long enough. It compares stamps that it saw itself and
/// does not trust the times of files: a copied file may keep those of its original.
/// </summary>
/// <param name="still">How long a stamp must stay the same.</param>
internal sealed class StillFiles(TimeSpan still)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    private readonly record struct Seen(FileStamp Stamp, TimeSpan Since, bool IsAccepted);

    /// <summary>
    /// The files to accept now, from a list of all files. Each is returned again at every look until
    /// <see cref="MarkAccepted"/> is called for it, and once more when its stamp changes.
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
                _seen[path] = seen = new(stamp, now, IsAccepted: false);
            if (!seen.IsAccepted && now - seen.Since >= still)
                ready.Add(path);
        }
        return ready;
    }

    /// <summary>Says that a file was accepted as it was at the last look.</summary>
    public void MarkAccepted(string path) => _seen[path] = _seen[path] with { IsAccepted = true };
}
