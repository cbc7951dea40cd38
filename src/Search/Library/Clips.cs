using System.Text;
using TcMgc.Media;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary>Parts of videos as files of their own.</summary>
public static class Clips
{
    private const long MostBytes = 1L << 30;

    /// <summary>Characters of a title in a name: with what follows as many bytes as systems of files take.</summary>
    private const int LongestTitle = 50;

    /// <summary>What no system of files lets a name have.</summary>
    private const string Refused = "/\\:*?\"<>|";

    /// <summary>Cuts a part out.</summary>
    /// <param name="maker">Makes it.</param>
    /// <param name="original">Path of the original.</param>
    /// <param name="format">What it becomes; null: the best that can be made.</param>
    /// <param name="start">Where it starts in seconds, exact to the frame.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="cancel">Ends ffmpeg; nothing is left.</param>
    /// <returns>The clip, to be disposed of; or why there is none.</returns>
    public static ValueTask<MediaResult<BrowserVideo>> CutAsync(this BrowserVideoMaker maker, string original,
        BrowserFormat? format, double start, double end, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(maker);
        return maker.MakeAsync(original, format, new(start, end - start), MostBytes, null, cancel);
    }

    /// <summary>The video's title, or its file's name without extension, and the times: <c>holiday 1m05s-1m12s</c>.</summary>
    public static string NameOf(CatalogEntry entry, double start, double end)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var title = entry.Title ?? Path.GetFileNameWithoutExtension(entry.Name);
        var plain = string.Concat(title.EnumerateRunes().Take(LongestTitle).Select(letter =>
            Rune.IsControl(letter) || letter.IsAscii && Refused.Contains((char)letter.Value) ? "_" : letter.ToString()));
        return $"{plain} {Clock(start)}-{Clock(end)}";

        static string Clock(double seconds) => seconds < 3600
            ? $"{(int)seconds / 60}m{(int)seconds % 60:00}s"
            : $"{(int)seconds / 3600}h{(int)seconds / 60 % 60:00}m{(int)seconds % 60:00}s";
    }
}
