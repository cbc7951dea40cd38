using System.Globalization;
using System.Text;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Transcripts;

/// <summary>Collects the cues of a file, and warnings about what could not be read.</summary>
internal sealed class CueList
{
    /// <summary>Most characters of a cue.</summary>
    public const int LongestText = 10_000;

    private const int MostWarnings = 3;
    private const double LatestTime = 1e7;

    private readonly List<Cue> _cues = [];
    private readonly List<string> _warnings = [];
    private int _moreWarnings;

    public IReadOnlyList<Cue> Cues => _cues;

    /// <summary>The first few warnings in one line, and how many there are beyond; null where there are none.</summary>
    public string? Warning => _warnings.Count == 0 ? null : string.Join("; ", _warnings) + More;

    private string More => _moreWarnings > 0 ? string.Create(CultureInfo.InvariantCulture, $"; and {_moreWarnings} more") : "";

    /// <summary>Adds a cue; one without words is ignored.</summary>
    /// <param name="start">In seconds.</param>
    /// <param name="end">In seconds.</param>
    /// <param name="text">Its text; line ends and control characters become spaces.</param>
    /// <param name="where">Names it in warnings, as "line 12".</param>
    public void Add(double start, double end, string text, string where)
    {
        if (OneLine(text.Length > LongestText ? text[..LongestText] : text) is not { Length: > 0 } words)
            return;
        if (!(start is >= 0 and <= LatestTime) || !double.IsFinite(end))
            Warn($"{where}: no time in a video");
        else if (_cues.Count == TranscriptFile.MostCues)
            Warn($"{where}: beyond the {TranscriptFile.MostCues} cues that are read");
        else
        {
            if (text.Length > LongestText)
                Warn($"{where}: cut to {LongestText} characters");
            _cues.Add(new(start, Math.Clamp(end, start, LatestTime), words));
        }
    }

    public void Warn(string warning)
    {
        if (_warnings.Count < MostWarnings)
            _warnings.Add(warning);
        else
            _moreWarnings++;
    }

    private static string OneLine(string text) =>
        string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries).Select(Legible)
            .Where(word => word.Length > 0));

    // Half a surrogate pair can be neither written as JSON nor found.
    private static string Legible(string word) => word.All(letter => !char.IsControl(letter) && !char.IsSurrogate(letter))
        ? word
        : string.Concat(word.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune)));
}
