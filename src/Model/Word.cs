namespace TcMgc.Model;

/// <summary>A word of a text, as far as the model reads it.</summary>
/// <param name="Text">Its characters, in lower case.</param>
/// <param name="First">Place of its first token in <see cref="TextFeatures.Tokens"/>.</param>
/// <param name="Tokens">How many tokens it has, at least 1.</param>
public readonly record struct Word(string Text, int First, int Tokens);
