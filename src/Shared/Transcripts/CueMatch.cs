namespace TcMgc.Shared.Transcripts;

/// <summary>A cue that has words of a query.</summary>
/// <param name="Video">Its video.</param>
/// <param name="Cue">The cue.</param>
/// <param name="Words">Where they are in its text, in order.</param>
public sealed record CueMatch(VideoId Video, Cue Cue, IReadOnlyList<TextSpan> Words);

/// <summary>A part of a text.</summary>
/// <param name="Start">Characters before it, in UTF-16.</param>
/// <param name="Length">Characters in it.</param>
public readonly record struct TextSpan(int Start, int Length);
