namespace TcMgc.Model.Calibration;

/// <summary>What of a text, besides its score, tells how far the score is to be trusted.</summary>
/// <param name="Tokens">Tokens that the model read, start and end left out; at least 1.</param>
/// <param name="Words">Words that they make up; at least 1, at most <paramref name="Tokens"/>.</param>
public readonly record struct TextShape(int Tokens, int Words)
{
    /// <summary>Logarithm of the tokens: longer texts score higher, with whatever they are compared.</summary>
    internal double Length => Math.Log(Tokens);

    /// <summary>
    /// Further tokens a word, 0 where every word is one. Words that the tokenizer has to spell are words that the model never
    /// met.
    /// </summary>
    internal double Spelling => ((double)Tokens / Words) - 1;
}
