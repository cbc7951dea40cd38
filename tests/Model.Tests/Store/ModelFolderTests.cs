using TcMgc.Model.Calibration;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Store;

public sealed class ModelFolderTests : TemporaryFolder
{
    private static readonly ModelConfig s_config = new()
    {
        Clip = new(64, new(32, 16, 64, 1), new(8, Tokenizer.ByteVocabularySize, 64, 1)),
        Head = "clip4clip-mean-pooling",
        Words = 8,
        Frames = 4,
    };

    private string Model => At("model");

    private ModelFolder Write(Action<string>? tokenizer = null) =>
        ModelFolder.Write(Model, "tiny", s_config, RandomWeights.Of(s_config, 1),
        tokenizer ?? Tokenizer.WriteByteVocabulary, new("a test", DateTimeOffset.UnixEpoch, "source.pt", new('0', 64)));

    private string Refused()
    {
        var error = Assert.Throws<ModelException>(() => ModelFolder.Open(Model).Load(new ComputeOptions { Threads = 1 }));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private void Edit(string was, string becomes)
    {
        var card = Path.Combine(Model, ModelFolder.CardFile);
        var text = File.ReadAllText(card);
        Assert.Contains(was, text, StringComparison.Ordinal);
        File.WriteAllText(card, text.Replace(was, becomes, StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_written_is_opened()
    {
        var written = Write();

        var opened = ModelFolder.Open(Model);

        Assert.Equal(s_config, opened.Card.Config);
        Assert.Equal(written.Card.Provenance, opened.Card.Provenance);
        Assert.Equal(["merges.txt", "vocab.json"], opened.Card.Tokenizer);
        Assert.Equal($"tiny@{opened.Card.Weights.Sha256[..12]}", opened.Id);
        Assert.Equal(ParameterSpec.Of(s_config).Sum(p => p.Count), opened.Card.Weights.Parameters);
        opened.Load(new ComputeOptions { Threads = 1 }).Dispose();
    }

    [Fact]
    public void Nothing_is_left_beside_a_model_that_was_written_or_that_failed()
    {
        Write();
        Directory.Delete(Model, recursive: true);
        Assert.Throws<ModelException>(() => Write(_ => throw new IOException("disk full")));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder));
    }

    [Fact]
    public void A_place_that_is_taken_is_refused()
    {
        Write();

        Assert.Contains("is already there", Assert.Throws<ModelException>(() => Write()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_weights_are_refused()
    {
        Write();
        using (var file = File.OpenWrite(Path.Combine(Model, ModelFolder.WeightsFile)))
        {
            file.Position = file.Length - 1;
            file.WriteByte(0xFF);
        }

        Assert.Contains("SHA-256", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ModelFolder.WeightsFile, "weights are missing")]
    [InlineData("vocab.json", "vocab.json")]
    [InlineData(ModelFolder.CardFile, "no model folder")]
    public void A_missing_file_is_named(string file, string reason)
    {
        Write();
        File.Delete(Path.Combine(Model, file));

        Assert.Contains(reason, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 2", "version 2")]
    [InlineData("{", "", "cannot be read")]
    [InlineData("\"words\": 8", "\"words\": 9", "words is 9")]
    [InlineData("\"words\": 8", "\"wrods\": 8", "cannot be read")]
    [InlineData("\"clip4clip-mean-pooling\"", "\"none\"", "no head 'none'")]
    [InlineData("\"clip4clip-mean-pooling\"", "null", "cannot be read")]
    [InlineData("\"bicubic\"", "\"nearest\"", "bicubic")]
    [InlineData("\"sha256\": \"", "\"sha256\": \"0", "of the weights cannot be")]
    [InlineData("\"file\": \"weights", "\"file\": \"../weights", "of the weights cannot be")]
    [InlineData("\"layers\": 1", "\"layers\": 1000000000", "layers")]
    [InlineData("\"QuickGelu\"", "\"Tanh\"", "cannot be read")]
    public void A_card_that_cannot_be_says_why(string was, string becomes, string reason)
    {
        Write();
        Edit(was, becomes);

        Assert.Contains(reason, Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(",\n      \"activation\": \"QuickGelu\"", "", Activation.QuickGelu)]
    [InlineData("QuickGelu", "Gelu", Activation.Gelu)]
    public void A_card_names_the_activation_and_without_it_is_OpenAI_s(string was, string becomes, Activation expected)
    {
        Write();
        Edit(was, becomes);

        Assert.Equal(expected, ModelFolder.Open(Model).Card.Config.Clip.Activation);
    }

    [Fact]
    public void A_card_of_any_size_is_not_read()
    {
        Write();
        File.AppendAllText(Path.Combine(Model, ModelFolder.CardFile), new string(' ', 17 << 20));

        Assert.Contains("more than a model's card can have", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_calibration_is_kept_in_the_card_and_reaches_the_model()
    {
        var calibration = new ScoreCalibration(-5, 0.8, -0.7, -1, -1.2, 0.2, "a test", 100);

        Write().Calibrate(calibration);

        var opened = ModelFolder.Open(Model);
        Assert.Equal(calibration, opened.Card.Calibration);
        using var model = opened.Load(new() { Threads = 1 });
        Assert.Equal(calibration, model.Calibration);
    }

    [Fact]
    public void A_calibration_that_cannot_be_is_refused_until_the_model_is_calibrated_again()
    {
        var folder = Write().Calibrate(new(-5, -0.8, 0, 0, 0, 0.2, "a test", 100));

        var error = Assert.Throws<ModelException>(() => folder.Load(new() { Threads = 1 }));

        Assert.Contains("calibrate the model again", error.Message, StringComparison.Ordinal);
        using var uncalibrated = folder.LoadUncalibrated(new() { Threads = 1 });
        Assert.Null(uncalibrated.Calibration);
    }
}
