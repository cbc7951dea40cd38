using BenchmarkDotNet.Attributes;
using TcMgc.Model;
using TcMgc.Model.Encoders;
using TcMgc.Model.Native;
using TcMgc.Model.Store;
using TcMgc.Model.Text;
using TorchSharp;

namespace TcMgc.Benchmarks;

/// <summary>What goes into a model, and what is computed of candidates; models/tiny has 8 frames of 128 numbers each.</summary>
public class ModelBenchmarks
{
    private const int Candidates = 100, Frames = 16, Side = 224;

    private readonly IDualEncoder _clip = ClipArchitecture.Named["ViT-B/32"];
    private readonly long[] _ids = new long[32];
    private VideoTextModel _model = null!;
    private Tokenizer _tokenizer = null!;
    private torch.Tensor _pixels = null!;
    private Half[] _features = [];
    private float[] _gram = [];

    /// <summary>Loads the model.</summary>
    [GlobalSetup]
    public void Load()
    {
        LibTorch.Load();
        var root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "TcMgc.sln")))
            root = Path.GetDirectoryName(root)!;
        var folder = Path.Combine(root, "models", "tiny");
        (_model, _tokenizer) = (ModelFolder.Open(folder).Load(new()), Tokenizer.Load(folder));
        _pixels = torch.zeros([Frames, Side, Side, 3], torch.ScalarType.Byte);
        var random = new Random(1);
        _features = [.. Enumerable.Range(0, Candidates * _model.SegmentFrames * _model.Width)
            .Select(_ => (Half)(random.NextSingle() - 0.5f))];
        _gram = new float[Candidates * _model.GramSize];
    }

    /// <summary>A sentence to 32 ids.</summary>
    [Benchmark]
    public int Tokens() => _tokenizer.Encode("a red circle moves to the left while a small dog looks at it", _ids);

    /// <summary>16 frames of 224 × 224 pixels from bytes to what the encoder takes.</summary>
    [Benchmark]
    public void NormalisedFrames()
    {
        using var scope = torch.NewDisposeScope();
        _clip.Normalised(_pixels);
    }

    /// <summary>What is kept of 100 candidates beside their features, when they are fetched first.</summary>
    [Benchmark]
    public void Gram() => _model.Gram(_features, Candidates, _gram);
}
