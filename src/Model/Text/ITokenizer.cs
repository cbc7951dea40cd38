namespace TcMgc.Model.Text;

/// <summary>Texts to the token ids of a text encoder, and back.</summary>
public interface ITokenizer
{
    /// <summary>Tokens of the vocabulary; ids are 0 … VocabularySize − 1.</summary>
    int VocabularySize { get; }

    /// <summary>Writes a text's ids, start and end token included, cut to the span and padded with 0.</summary>
    /// <returns>How many ids are no padding.</returns>
    int Encode(string text, Span<long> ids);

    /// <summary>The text that ids stand for, without start and end token.</summary>
    string Decode(IReadOnlyList<int> ids);
}
