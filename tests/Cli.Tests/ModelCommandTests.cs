using System.Text.Json;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Cli.Tests;

public sealed class ModelCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-model-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private Task<Ended> Init(string name, params string[] more) =>
        CommandRun.Of(
            ["model", "init", "--random", "--arch", "ViT-T/16", "--words", "8", "--frames", "4", "--out", At(name), .. more]);

    /// <summary>The weights of a model that init made, as a separate checkpoint file.</summary>
    private async Task<string> Checkpoint(Func<TensorSource, bool> keep, params TensorSource[] more)
    {
        if (!Directory.Exists(At("made")))
            await Init("made", "--temporal-layers", "1");
        using var weights = WeightFile.Open(At("made", ModelFolder.WeightsFile));
        Directory.CreateDirectory(At("published"));
        var path = At("published", $"{Guid.NewGuid():n}.safetensors");
        SafetensorsWriter.Write(path, [.. weights.Sources().Where(keep), .. more]);
        return path;
    }

    private static string[] Names(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    private static string OneLine(string errors) => Assert.Single(errors.TrimEnd('\n').Split('\n'));

    [Fact]
    public async Task The_same_seed_makes_the_same_model()
    {
        await Init("a", "--seed", "7");
        await Init("b", "--seed", "7");
        await Init("c", "--seed", "8");

        string Hash(string name) => ModelFolder.Open(At(name)).Card.Weights.Sha256;
        Assert.Equal(Hash("a"), Hash("b"));
        Assert.NotEqual(Hash("a"), Hash("c"));
    }

    [Fact]
    public async Task A_new_model_can_be_used()
    {
        var (status, output, _) = await Init("model", "--json");

        Assert.Equal(0, status);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("tcmgc", json.RootElement.GetProperty("config").GetProperty("head").GetString());
        using var model = ModelFolder.Open(At("model")).Load(new ComputeOptions { Threads = 1 });
        Assert.Equal(128, model.EncodeText("a dog runs").Sentence.Length);
    }

    [Theory]
    [InlineData(2, "--random", "model", "init", "--out", "x")]
    [InlineData(1, "no architecture 'ViT-Z'", "model", "init", "--random", "--out", "x", "--arch", "ViT-Z")]
    [InlineData(1, "no head 'none'", "model", "init", "--random", "--out", "x", "--head", "none")]
    [InlineData(1, "keep_rate", "model", "init", "--random", "--out", "x", "--keep-rate", "2")]
    [InlineData(1, "is no model folder", "model", "info", "nowhere")]
    [InlineData(2, "float64", "model", "info", "nowhere", "--precision", "float64")]
    [InlineData(1, "cannot be read", "model", "import", "nowhere.pt", "--out", "x")]
    public async Task Wrong_usage_is_reported_in_one_line(int expected, string reason, params string[] arguments)
    {
        var (status, _, errors) = await CommandRun.Of(arguments);

        Assert.Equal(expected, status);
        Assert.Contains(reason, OneLine(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_imported_checkpoint_equals_its_model()
    {
        var source = await Checkpoint(_ => true, new TensorSource("extra", ElementType.Float32, [1], t => t.Write(new byte[4])));

        var (status, output, _) =
            await CommandRun.Of("model", "import", source, "--out", At("imported"), "--words", "8", "--frames", "4",
            "--tokenizer", At("made"), "--json");

        Assert.Equal(0, status);
        using var json = JsonDocument.Parse(output);
        Assert.Empty(Names(json.RootElement.GetProperty("missing")));
        Assert.Equal(["extra"], Names(json.RootElement.GetProperty("leftOver")));
        var (made, imported) = (ModelFolder.Open(At("made")), ModelFolder.Open(At("imported")));
        Assert.Equal(made.Card.Config with { CrossPositions = 32 }, imported.Card.Config);      // unused by this head
        Assert.Equal(made.Card.Weights, imported.Card.Weights);
        Assert.Equal(Path.GetFileName(source), imported.Card.Provenance.Source);
        Assert.Equal(64, imported.Card.Provenance.SourceSha256!.Length);
    }

    [Fact]
    public async Task An_unknown_activation_must_be_given()
    {
        await Checkpoint(_ => true);
        using (var made = WeightFile.Open(Path.Combine(At("made"), ModelFolder.WeightsFile)))
            SafetensorsWriter.Write(At("plain.safetensors"), made.Sources()
                .Where(t => t.Name.StartsWith("clip.", StringComparison.Ordinal))
                .Select(t => t with { Name = t.Name["clip.".Length..] }));
        string[] import = ["model", "import", At("plain.safetensors"), "--tokenizer", At("made"), "--out", At("imported")];

        var (refused, _, errors) = await CommandRun.Of(import);
        var (status, _, _) = await CommandRun.Of([.. import, "--activation", "gelu"]);

        Assert.Equal((1, 0), (refused, status));
        Assert.Contains("--activation quickgelu", OneLine(errors), StringComparison.Ordinal);
        Assert.Equal(Activation.Gelu, ModelFolder.Open(At("imported")).Card.Config.Clip.Activation);
    }

    [Fact]
    public async Task Missing_tensors_are_listed_and_no_model_is_made()
    {
        var source = await Checkpoint(t => t.Name is not ("logit_weight" or "global_mat_weight"));

        var (status, output, errors) =
            await CommandRun.Of("model", "import", source, "--out", At("imported"), "--words", "8", "--frames", "4");

        Assert.Equal((1, ""), (status, output));
        Assert.Contains("missing      logit_weight [4, 4]\n", errors, StringComparison.Ordinal);
        Assert.Contains("missing      global_mat_weight [128, 128]\n", errors, StringComparison.Ordinal);
        Assert.Contains("2 tensors are missing (--partial", errors.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("imported")));
    }

    [Fact]
    public async Task Partial_starts_new_parameters_but_never_those_of_clip()
    {
        var head = await Checkpoint(t => t.Name != "logit_weight");
        var clip = await Checkpoint(t => t.Name is not ("logit_weight" or "clip.logit_scale"));
        string[] options = ["--words", "8", "--frames", "4", "--partial", "--tokenizer", At("made")];

        var (status, _, _) = await CommandRun.Of(["model", "import", head, "--out", At("whole"), .. options]);
        var (clipStatus, _, clipErrors) = await CommandRun.Of(["model", "import", clip, "--out", At("broken"), .. options]);

        Assert.Equal((0, 1), (status, clipStatus));
        Assert.Equal(ModelFolder.Open(At("made")).Card.Weights, ModelFolder.Open(At("whole")).Card.Weights);
        Assert.EndsWith("2 tensors are missing\n", clipErrors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_that_contradict_the_checkpoint_name_the_tensors()
    {
        var source = await Checkpoint(_ => true);

        var (status, output, errors) = await CommandRun.Of(
            "model", "import", source, "--out", At("imported"), "--words", "8", "--keep-rate", "0.25", "--json");

        Assert.Equal(1, status);
        using var json = JsonDocument.Parse(output);
        Assert.Contains("attentive_word_logit_weight", json.RootElement.GetProperty("wrongShapes").EnumerateArray()
            .Select(e => e.GetProperty("name").GetString()));
        Assert.Contains("of the wrong shape", OneLine(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_tokenizer_asks_for_one()
    {
        var cut = await Checkpoint(t => t.Name != "clip.token_embedding.weight",
            new TensorSource("clip.token_embedding.weight", ElementType.Float32, [100, 128],
                t => t.Write(new byte[100 * 128 * sizeof(float)])));

        var (status, _, errors) =
            await CommandRun.Of("model", "import", cut, "--out", At("imported"), "--words", "8", "--frames", "4");
        var (wrongStatus, _, wrongErrors) = await CommandRun.Of(
            "model", "import", cut, "--out", At("wrong"), "--words", "8", "--tokenizer", At("made"));

        Assert.Equal((0, 1), (status, wrongStatus));
        Assert.Contains("has no tokenizer yet", OneLine(errors), StringComparison.Ordinal);
        Assert.Contains("514 tokens, the text encoder 100", OneLine(wrongErrors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_are_listed_with_what_is_wrong_with_them()
    {
        await Init("good");
        await Init("bad");
        await File.WriteAllTextAsync(At("bad", ModelFolder.CardFile), "{");
        Directory.CreateDirectory(At("other"));

        var (status, output, _) = await CommandRun.Of("model", "list", "--models", _folder, "--json");
        var (_, table, _) = await CommandRun.Of("model", "list", "--models", _folder);

        Assert.Equal(0, status);
        using var json = JsonDocument.Parse(output);
        var (bad, good) = (json.RootElement[0], json.RootElement[1]);
        Assert.Contains("cannot be read", bad.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Equal(("good", "tcmgc"), (good.GetProperty("name").GetString(), good.GetProperty("head").GetString()));
        Assert.Equal(2, json.RootElement.GetArrayLength());
        Assert.Contains(At("good") + "\n", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_folder_of_models_explains_how_to_make_one()
    {
        var (status, output, _) = await CommandRun.Of("model", "list", "--models", At("none"));

        Assert.Equal(0, status);
        Assert.Contains("tcmgc model init", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_finds_a_model_by_name_and_checks_its_weights()
    {
        await Init("model");

        var (status, output, _) = await CommandRun.Of("model", "info", "model", "--models", _folder);
        await File.AppendAllTextAsync(At("model", ModelFolder.WeightsFile), "x");
        var (damaged, _, errors) = await CommandRun.Of("model", "info", At("model"));

        Assert.Equal((0, 1), (status, damaged));
        Assert.Contains("SHA-256 checked", output, StringComparison.Ordinal);
        Assert.Contains("SHA-256", OneLine(errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Info_shows_the_precision_of_the_encoders()
    {
        await Init("model");

        var (_, asked, _) = await CommandRun.Of("model", "info", At("model"), "--precision", "bfloat16");
        var (_, chosen, _) = await CommandRun.Of("model", "info", At("model"));

        Assert.Contains("frames in   bfloat16: asked for\n", asked, StringComparison.Ordinal);
        Assert.Contains("texts in    bfloat16: asked for\n", asked, StringComparison.Ordinal);
        Assert.Matches("frames in   (float32|bfloat16): .+\ntexts in    (float32|bfloat16): .+\n", chosen);
    }
}
