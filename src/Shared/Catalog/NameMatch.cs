using TcMgc.Shared.Transcripts;

namespace TcMgc.Shared.Catalog;

/// <summary>A video whose title, file name or tags have words of a query.</summary>
/// <param name="Video">The video.</param>
/// <param name="Texts">Those of its texts that have any: the title, then the file name, then tags.</param>
public sealed record NameMatch(VideoId Video, IReadOnlyList<NamedText> Texts)
{
    /// <summary>Whether one of them is a query's words and no others, but for the ending of a file name.</summary>
    public bool IsExact { get; init; }

    /// <summary>How much of the query's words they have, at most 1.</summary>
    public double Share { get; init; } = 1;
}

/// <summary>A title, file name or tag.</summary>
/// <param name="Text">The text.</param>
/// <param name="Words">Where the words are in it, in order.</param>
public sealed record NamedText(string Text, IReadOnlyList<TextSpan> Words);
