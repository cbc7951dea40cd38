namespace TcMgc.Model;

/// <summary>Several texts as a model sees them; <see cref="TextFeatures"/> is one of them.</summary>
/// <param name="Count">T.</param>
/// <param name="Sentences">T × D, not normalised.</param>
/// <param name="Words">T × W × D, not normalised; padding as <see cref="TextFeatures.Words"/> has it.</param>
/// <param name="Queries">T × D: unit vectors that candidates are found by.</param>
internal sealed record TextBatch(int Count, float[] Sentences, float[] Words, float[] Queries);
