using TcMgc.Model.Compute;
using TcMgc.Model.Encoders;
using TcMgc.Model.Text;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TcMgc.Model.Tests.Encoders;

/// <summary>Unlike CLIP: a frame is its mean colour, projected; a sentence is the mean of all its tokens, padding too.</summary>
internal sealed class MeanEncoders : IDualEncoder
{
    public int Width => 16;

    public int FrameSide => 8;

    public IReadOnlyList<float> Mean => [0.5f, 0.5f, 0.5f];

    public IReadOnlyList<float> Deviation => [0.5f, 0.5f, 0.5f];

    public int Vocabulary => 30;

    public int Context => 10;

    public int AttentionHeads => 4;

    public string FramePrefix => "mean.frames.";

    public string TextPrefix => "mean.texts.";

    public nn.Module<Tensor, Tensor> CreateFrameEncoder(Layers layers) => new Frames(layers, Width);

    public nn.Module<Tensor, (Tensor Sentence, Tensor Words)> CreateTextEncoder(Layers layers) =>
        new Texts(layers, Vocabulary, Width);

    private sealed class Frames : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "colour")]
        private readonly Linear _colour;

        public Frames(Layers layers, int width) : base(nameof(Frames))
        {
            _colour = layers.Linear(3, width);
            RegisterComponents();
        }

        public override Tensor forward(Tensor pixels) => _colour.call(pixels.to_type(_colour.weight!.dtype).mean([2L, 3L]));
    }

    private sealed class Texts : nn.Module<Tensor, (Tensor Sentence, Tensor Words)>
    {
        [ComponentName(Name = "tokens")]
        private readonly EmbeddingTable _tokens;

        public Texts(Layers layers, int vocabulary, int width) : base(nameof(Texts))
        {
            _tokens = new(layers, vocabulary, width);
            RegisterComponents();
        }

        public override (Tensor Sentence, Tensor Words) forward(Tensor tokens)
        {
            var words = _tokens.call(tokens);
            return (words.mean([1L]), words);
        }
    }
}

/// <summary>A token a letter.</summary>
internal sealed class LetterTokenizer : ITokenizer
{
    private const int Start = 1, End = 2, FirstLetter = 3;

    public int VocabularySize => FirstLetter + 26;

    public int Encode(string text, Span<long> ids)
    {
        ids.Clear();
        var letters = text.Where(char.IsAsciiLetterLower).Take(ids.Length - 2);
        long[] all = [Start, .. letters.Select(letter => (long)(letter - 'a' + FirstLetter)), End];
        all.CopyTo(ids);
        return all.Length;
    }

    public string Decode(IReadOnlyList<int> ids) =>
        string.Concat(ids.Where(id => id >= FirstLetter).Select(id => (char)('a' + id - FirstLetter)));
}
