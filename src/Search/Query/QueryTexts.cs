using System.Globalization;
using TcMgc.Client;

namespace TcMgc.Search.Query;

/// <summary>What the texts of a query may be.</summary>
internal static class QueryTexts
{
    private const float Most = WeightedText.Most;

    /// <summary>What is wrong with the texts of a query, as a problem's type and one line; null where nothing is.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="longest">Most characters of each.</param>
    public static (string Type, string Reason)? Problem(IReadOnlyList<WeightedText> texts, int longest)
    {
        if (texts.Count is 0 or > WeightedText.MostTexts)
            return ("texts", $"there are {texts.Count} texts; a query has 1 to {WeightedText.MostTexts}");
        foreach (var text in texts)
        {
            if (string.IsNullOrWhiteSpace(text?.Text))
                return ("text-empty", "the text is empty; describe what the video shows");
            if (text.Text.Length > longest)
                return ("text-too-long", $"the text has {text.Text.Length} characters, at most {longest} are read; "
                    + "describe the moment in a sentence");
            if (!(Math.Abs(text.Weight) is > 0 and <= Most))
                return ("texts", string.Create(CultureInfo.InvariantCulture,
                    $"the weight {text.Weight} is out of range: it must be from -{Most} to {Most}, and not 0"));
        }
        return texts.Any(text => text.Weight > 0) ? null : ("texts", "every weight is negative; say what the moment shows too");
    }
}
