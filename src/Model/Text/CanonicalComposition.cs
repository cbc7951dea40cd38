using System.Globalization;
using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// Unicode's canonical composition (NFC), so that "é" typed as two code points is one letter to the tokenizer.
/// The runtime's own does nothing under InvariantGlobalization.
/// </summary>
internal static class CanonicalComposition
{
    // Hangul's syllables are composed by arithmetic (Unicode, section 3.12).
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> s_tables = new(Tables.Read);

    private sealed class Tables
    {
        public Dictionary<int, byte> Classes { get; } = [];
        public Dictionary<int, int[]> Decompositions { get; } = [];
        public Dictionary<(int First, int Second), int> Compositions { get; } = [];

        public static Tables Read()
        {
            var tables = new Tables();
            using var stream = typeof(CanonicalComposition).Assembly.GetManifestResourceStream("canonical-composition.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
                if (line[0] != '#')
                    tables.Add(line);
            return tables;
        }

        private void Add(string line)
        {
            var fields = line.Split(' ', '=', '!').Select(field => int.Parse(field, NumberStyles.HexNumber)).ToArray();
            var composes = line.Contains('=', StringComparison.Ordinal);
            if (!composes && !line.Contains('!', StringComparison.Ordinal))
                for (var code = fields[0]; code <= fields[1]; code++)
                    Classes.Add(code, (byte)fields[2]);
            else
                Decompositions.Add(fields[0], fields[1..]);
            if (composes)
                Compositions.Add((fields[1], fields[2]), fields[0]);
        }
    }

    /// <summary>The text composed; unpaired surrogates become U+FFFD.</summary>
    public static string Compose(string text)
    {
        // Nothing below U+0300 combines.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF'))
            return text;
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, codes);
        Order(codes);
        var composed = new StringBuilder(text.Length);
        foreach (var code in Recompose(codes))
            if (code <= char.MaxValue)
                composed.Append((char)code);
            else
                composed.Append(new Rune(code).ToString());
        return composed.ToString();
    }

    private static byte Class(int code) => code < 0x300 ? (byte)0 : s_tables.Value.Classes.GetValueOrDefault(code);

    private static void Decompose(int code, List<int> codes)
    {
        if (code - SyllableBase is >= 0 and < Syllables)
            DecomposeSyllable(code - SyllableBase, codes);
        else if (code >= 0xC0 && s_tables.Value.Decompositions.TryGetValue(code, out var parts))
            foreach (var part in parts)
                Decompose(part, codes);
        else
            codes.Add(code);
    }

    private static void DecomposeSyllable(int syllable, List<int> codes)
    {
        codes.Add(LeadBase + (syllable / (Vowels * Tails)));
        codes.Add(VowelBase + (syllable / Tails % Vowels));
        if (syllable % Tails > 0)
            codes.Add(TailBase + (syllable % Tails));
    }

    // Marks that follow each other are put in order of their class, those of one class as they came.
    private static void Order(List<int> codes)
    {
        for (var start = 0; start < codes.Count; start++)
        {
            var end = start;
            while (end < codes.Count && Class(codes[end]) > 0)
                end++;
            if (end - start > 1)
            {
                var ordered = codes.GetRange(start, end - start).OrderBy(Class).ToList();
                for (var at = start; at < end; at++)
                    codes[at] = ordered[at - start];
            }
            start = end;
        }
    }

    private static List<int> Recompose(List<int> codes)
    {
        var composed = new List<int>(codes.Count);
        var starter = -1;
        var last = 0;
        foreach (var code in codes)
        {
            var combining = Class(code);
            // A mark is blocked from its starter by a code between them of no lower class.
            var reaches = starter >= 0 && (starter == composed.Count - 1 || (last != 0 && last < combining));
            if (reaches && TryCompose(composed[starter], code, out var whole))
            {
                composed[starter] = whole;
                continue;
            }
            if (combining == 0)
                starter = composed.Count;
            last = combining;
            composed.Add(code);
        }
        return composed;
    }

    private static bool TryCompose(int first, int second, out int whole)
    {
        int lead = first - LeadBase, vowel = second - VowelBase, syllable = first - SyllableBase, tail = second - TailBase;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels)
            whole = SyllableBase + (((lead * Vowels) + vowel) * Tails);
        else if (syllable is >= 0 and < Syllables && syllable % Tails == 0 && tail is > 0 and < Tails)
            whole = first + tail;
        else
            return s_tables.Value.Compositions.TryGetValue((first, second), out whole);
        return true;
    }
}
