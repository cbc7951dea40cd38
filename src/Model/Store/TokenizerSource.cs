using TcMgc.Model.Text;

namespace TcMgc.Model.Store;

/// <summary>
/// Where an imported model's tokenizer comes from: a folder the user names, the checkpoint's own, plain bytes, or nowhere yet.
/// </summary>
public sealed class TokenizerSource
{
    private readonly Action<string>? _write;

    private TokenizerSource(Action<string>? write) => _write = write;

    /// <summary>Whether there is none, so that the model cannot read texts before it is given one.</summary>
    public bool IsNone => _write is null;

    /// <summary>The tokenizer for a checkpoint.</summary>
    /// <param name="chosen">The folder the user names, if any.</param>
    /// <param name="checkpoint">The checkpoint's file: Hugging Face keeps the vocabulary beside it. One of another size there is
    /// another model's.</param>
    /// <param name="vocabulary">Ids of the text encoder.</param>
    /// <exception cref="ModelException">The chosen tokenizer is damaged or has more ids than the text encoder.</exception>
    public static TokenizerSource Find(string? chosen, string checkpoint, int vocabulary)
    {
        var folder = chosen ?? Path.GetDirectoryName(Path.GetFullPath(checkpoint))!;
        if (chosen is null && !Tokenizer.IsIn(folder))
            return new(vocabulary == Tokenizer.ByteVocabularySize ? Tokenizer.WriteByteVocabulary : null);
        var size = Tokenizer.Load(folder).VocabularySize;
        if (size != vocabulary && chosen is null)
            return new(null);
        if (size != vocabulary)
            throw new ModelException(
                $"{folder}: its tokenizer has {size} tokens, the text encoder {vocabulary}; they belong to different models");
        return new(target => Tokenizer.CopyFiles(folder, target));
    }

    /// <summary>Puts its files into a folder.</summary>
    public void WriteTo(string folder) => _write?.Invoke(folder);
}
