namespace TcMgc.Model.Calibration;

/// <summary>A text, and which videos it is true of.</summary>
/// <param name="Kind">Questions of one kind are reported together and count as much as those of any other.</param>
/// <param name="Text">What is asked.</param>
/// <param name="Matches">For each video whether it is an answer.</param>
public sealed record Question(string Kind, string Text, IReadOnlyList<bool> Matches);

/// <summary>A question put to a library, and its first result.</summary>
/// <param name="Kind">Of the question.</param>
/// <param name="Shape">Of its text.</param>
/// <param name="Segments">Videos in the library, one segment each.</param>
/// <param name="Score">The best video's logit.</param>
/// <param name="HasMatch">Whether the library holds a match.</param>
/// <param name="IsRight">Whether the first result is one.</param>
public readonly record struct FirstResult(string Kind, TextShape Shape, int Segments, float Score, bool HasMatch, bool IsRight);
