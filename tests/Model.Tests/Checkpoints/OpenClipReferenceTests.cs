using TcMgc.Model.Checkpoints;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Tests.Checkpoints;

/// <summary>What PyTorch makes of the same bytes and tokens with the same file of OpenCLIP, by OpenClip/reference.py.</summary>
public sealed class OpenClipReferenceTests : TemporaryFolder
{
    private const double Tolerance = 1e-5;

    private static readonly string[] s_texts = ["a red circle", "Two dogs, running!", "somebody talks about the weather"];

    private static string Reference { get; } =
        Path.Combine(SharedFolder.RepositoryRoot, "tests", "Model.Tests", "Checkpoints", "OpenClip");

    private readonly byte[] _rgb;
    private readonly long[] _tokens;
    private readonly float[] _images, _sentences;

    public OpenClipReferenceTests()
    {
        using var expected = WeightFile.Open(Path.Combine(Reference, "expected.safetensors"));
        (_rgb, _tokens) = (expected.Bytes("rgb").ToArray(), expected.ReadInt64("tokens"));
        (_images, _sentences) = (expected.ReadFloats("image"), expected.ReadFloats("sentence"));
    }

    /// <summary>The published file as a model that serves, by way of a model folder.</summary>
    private VideoTextModel Import(Activation? activation = null)
    {
        using var checkpoint = CheckpointReader.Open(Reference);
        var import = ModelImport.Plan(checkpoint, new() { Activation = activation });
        var tokenizer = TokenizerSource.Find(null, checkpoint.Path, import.Config.Clip.Text.Vocabulary);
        var folder = ModelFolder.Write(At("model"), "model", import.Config, import.Weights(seed: 1), tokenizer.WriteTo,
            new("test", DateTimeOffset.UnixEpoch));
        return folder.Load(new() { Threads = 1, Precision = Precision.Float32 });
    }

    private double FrameError(VideoTextModel model)
    {
        var embeddings = new float[_images.Length];
        model.EncodeFrames(_rgb, _images.Length / model.Width, embeddings);
        return Error(embeddings, _images);
    }

    private double TextError(VideoTextModel model) =>
        Error([.. s_texts.SelectMany(text => model.EncodeText(text).Sentence)], _sentences);

    /// <summary>‖ours − theirs‖ / ‖theirs‖.</summary>
    private static double Error(float[] ours, float[] theirs) =>
        Math.Sqrt(ours.Zip(theirs, (a, b) => Math.Pow(a - b, 2)).Sum() / theirs.Sum(b => Math.Pow(b, 2)));

    [Fact]
    public void Frames_and_texts_are_encoded_as_by_PyTorch()
    {
        using var model = Import();

        Assert.InRange(FrameError(model), 0, Tolerance);
        Assert.InRange(TextError(model), 0, Tolerance);
    }

    [Fact]
    public void Texts_become_the_tokens_that_the_reference_was_given()
    {
        using var model = Import();

        var tokens = s_texts.SelectMany(text => model.EncodeText(text).Tokens);

        Assert.Equal(_tokens.Where(token => token != 0), tokens);
    }

    [Fact]
    public void With_OpenAI_s_activation_it_would_be_another_model()
    {
        using var model = Import(Activation.QuickGelu);

        Assert.InRange(FrameError(model), 100 * Tolerance, 1);
        Assert.InRange(TextError(model), 100 * Tolerance, 1);
    }
}
