using System.Globalization;

namespace TcMgc.Search.Query;

/// <summary>One of the texts of a query.</summary>
/// <param name="Text">What the moment shows, in a sentence; or what it does not show, where the weight is negative.</param>
/// <param name="Weight">How much it counts beside the others, −<see cref="Most"/> … <see cref="Most"/> but 0; default 1. Negative: "but not".</param>
public sealed record WeightedText(string Text, float Weight = 1)
{
    /// <summary>The largest weight, and less its sign the smallest.</summary>
    public const float Most = 100;

    /// <summary>Most texts of a query.</summary>
    public const int MostTexts = 8;

    /// <summary>The weight of a "but not" beside a text of weight 1.</summary>
    public const float ButNot = -0.5f;

    /// <summary>What is wrong with the texts of a query, as a problem's type and one line; null where nothing is.</summary>
    /// <param name="texts">The texts.</param>
    /// <param name="longest">Most characters of each.</param>
    internal static (string Type, string Reason)? Problem(IReadOnlyList<WeightedText> texts, int longest)
    {
        if (texts.Count is 0 or > MostTexts)
            return ("texts", $"there are {texts.Count} texts; a query has 1 to {MostTexts}");
        foreach (var text in texts)
        {
            if (string.IsNullOrWhiteSpace(text?.Text))
                return ("text-empty", "the text is empty; describe what the video shows");
            if (text.Text.Length > longest)
                return ("text-too-long", $"the text has {text.Text.Length} characters, at most {longest} are taken; describe the moment in a sentence");
            if (!(Math.Abs(text.Weight) is > 0 and <= Most))
                return ("texts", string.Create(CultureInfo.InvariantCulture, $"the weight {text.Weight} is not one: it must be from -{Most} to {Most}, and not 0"));
        }
        return texts.Any(text => text.Weight > 0) ? null : ("texts", "every weight is negative; say what the moment shows too");
    }
}
