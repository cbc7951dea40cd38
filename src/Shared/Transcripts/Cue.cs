namespace TcMgc.Shared.Transcripts;

/// <summary>Words that are said, or written below the picture, for a while.</summary>
/// <param name="Start">When it begins, in seconds.</param>
/// <param name="End">When it ends, in seconds; not before it begins.</param>
/// <param name="Text">The words, in one line.</param>
public sealed record Cue(double Start, double End, string Text);
