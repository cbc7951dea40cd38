namespace TcMgc.Model;

/// <summary>A text as the model sees it; independent of any video, so it can be kept.</summary>
/// <param name="Sentence">D: the sentence, not normalised.</param>
/// <param name="Words">W × D: its words, not normalised. Padding included for heads that read words; zero for others.</param>
/// <param name="Query">D: unit vector that candidates are found by.</param>
/// <param name="Tokens">The tokens that are there, start and end included: their count is the number of rows of
/// <see cref="Words"/> that mean something.</param>
public sealed record TextFeatures(float[] Sentence, float[] Words, float[] Query, IReadOnlyList<long> Tokens);
