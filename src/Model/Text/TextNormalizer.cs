using System.Net;
using System.Text;

namespace TcMgc.Model.Text;

/// <summary>
/// The text as CLIP's tokenizer sees it: HTML entities resolved, canonically composed, lower-cased. White space stays: it only
/// separates words.
/// </summary>
internal static class TextNormalizer
{
    private static readonly Rune s_dottedCapitalI = new(0x130);

    public static string Normalize(string text)
    {
        // Twice, as in the published code: "&amp;amp;" is found in captions from the web.
        var unescaped = text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(WebUtility.HtmlDecode(text)) : text;
        var composed = CanonicalComposition.Compose(unescaped);
        var lower = new StringBuilder(composed.Length);
        foreach (var rune in composed.EnumerateRunes())
            if (rune == s_dottedCapitalI)
                lower.Append("i\u0307"); // the one letter whose lower case is two code points
            else if (rune.IsBmp)
                lower.Append((char)Rune.ToLowerInvariant(rune).Value);
            else
                lower.Append(Rune.ToLowerInvariant(rune).ToString());
        return lower.ToString();
    }
}
