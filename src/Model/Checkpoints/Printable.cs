namespace TcMgc.Model.Checkpoints;

/// <summary>
/// What comes out of files that may be hostile — names, and what parsers quote of them — fit to stand in a message of one line.
/// </summary>
internal static class Printable
{
    private const int MaximumLength = 120;

    /// <summary>The name, cut where it is long, its control characters replaced.</summary>
    public static string Name(string name)
    {
        var cut = name.Length > MaximumLength ? string.Concat(name.AsSpan(0, MaximumLength), "…") : name;
        return string.Create(cut.Length, cut, (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = char.IsControl(text[i]) ? '?' : text[i];
        });
    }
}
