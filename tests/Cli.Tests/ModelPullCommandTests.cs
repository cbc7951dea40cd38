using System.Text.Json;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Cli.Tests;

public sealed class ModelPullCommandTests : IDisposable
{
    private const string Repository = "somebody/tiny-clip";

    private readonly LocalHub _hub = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-pull-").FullName;

    private string Out => Path.Combine(_folder, "tiny");

    public void Dispose()
    {
        _hub.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Puts the CLIP of a random model on the hub.</summary>
    private async Task Publish()
    {
        var source = Path.Combine(_folder, "source");
        await CommandRun.Of(
            "model", "init", "--random", "--arch", "ViT-T/16", "--head", "clip4clip-mean-pooling", "--out", source);
        foreach (var (name, file) in new[] { ("model.safetensors", "weights.safetensors"), ("vocab.json", "vocab.json"),
            ("merges.txt", "merges.txt") })
            _hub.Files[$"{Repository}/{name}"] = await File.ReadAllBytesAsync(Path.Combine(source, file));
        _hub.Files[$"{Repository}/config.json"] = "{\"model_type\":\"clip\"}"u8.ToArray();
    }

    private Task<Ended> Pull(params string[] more) =>
        CommandRun.Of(["model", "pull", Repository, "--out", Out, "--base", _hub.Address, .. more]);

    [Fact]
    public async Task A_pulled_model_is_ready_and_records_its_source()
    {
        await Publish();

        var (status, output, _) = await Pull("--json");

        Assert.Equal(0, status);
        using var json = JsonDocument.Parse(output);
        Assert.Equal($"{Repository}@{LocalHub.Commit}/model.safetensors",
            json.RootElement.GetProperty("model").GetProperty("provenance").GetProperty("source").GetString());
        using var model = ModelFolder.Open(Out).Load(new ComputeOptions { Threads = 1 });
        Assert.False(Directory.Exists(Out + ".download"));
    }

    [Fact]
    public async Task A_model_of_OpenCLIP_is_pulled_with_its_activation()
    {
        await Publish();
        var weights = Path.Combine(_folder, "open_clip_model.safetensors");
        using (var source = WeightFile.Open(Path.Combine(_folder, "source", "weights.safetensors")))
            SafetensorsWriter.Write(weights, source.Sources().Select(t => t with { Name = t.Name["clip.".Length..] }));
        _hub.Files[$"{Repository}/open_clip_model.safetensors"] = await File.ReadAllBytesAsync(weights);
        _hub.Files[$"{Repository}/open_clip_config.json"] = "{\"model_cfg\":{\"text_cfg\":{\"heads\":2}}}"u8.ToArray();

        var (status, _, _) = await Pull();

        var card = ModelFolder.Open(Out).Card;
        Assert.Equal((0, Activation.Gelu), (status, card.Config.Clip.Activation));
        Assert.Equal($"{Repository}@{LocalHub.Commit}/open_clip_model.safetensors", card.Provenance.Source);
    }

    [Fact]
    public async Task A_head_s_own_parameters_start_as_training_does()
    {
        await Publish();

        var (status, _, errors) = await Pull("--head", "tcmgc", "--words", "16", "--frames", "4");

        Assert.Equal(0, status);
        Assert.Equal(("tcmgc", 4), (ModelFolder.Open(Out).Card.Config.Head, ModelFolder.Open(Out).Card.Config.Frames));
        Assert.Contains("missing      attentive_word_logit_weight", errors, StringComparison.Ordinal);
        Assert.Contains("tcmgc: now config.json\n", errors, StringComparison.Ordinal); // Without a size that rounds to nothing.
    }

    [Fact]
    public async Task An_existing_folder_is_refused_before_any_request()
    {
        Directory.CreateDirectory(Out);
        await File.WriteAllTextAsync(Path.Combine(Out, "mine"), "");

        var (status, _, errors) = await Pull();

        Assert.Equal((1, $"tcmgc: {Out}: is already there; remove it or choose another --out\n"), (status, errors));
        Assert.Empty(_hub.Requests);
    }

    [Fact]
    public async Task A_checkpoint_that_is_damaged_on_the_hub_makes_no_model()
    {
        await Publish();
        _hub.Files[$"{Repository}/model.safetensors"] = [1, 2, 3];

        var (status, _, errors) = await Pull();

        Assert.Equal(1, status);
        Assert.Contains("model.safetensors", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Out));
    }

    [Fact]
    public async Task An_unreachable_hub_is_reported_in_one_line()
    {
        var (status, _, errors) =
            await CommandRun.Of("model", "pull", "ViT-B/32", "--out", Out, "--base", LocalHub.UnusedAddress());

        Assert.Equal(1, status);
        Assert.Contains("cannot be reached", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim('\n').Split('\n'));
    }

    [Fact]
    public async Task An_unknown_name_is_reported_in_one_line()
    {
        var (status, _, errors) = await CommandRun.Of("model", "pull", "ViT-X", "--out", Out);

        Assert.Equal((1, 1), (status, errors.TrimEnd('\n').Split('\n').Length));
        Assert.Contains("there is no model 'ViT-X' to pull", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_name_is_answered_by_the_nearest_before_a_hub_is_asked()
    {
        var (status, _, errors) = await CommandRun.Of("model", "pull", "ViT-B/33", "--out", Out);

        Assert.Equal((1, "tcmgc: there is no model 'ViT-B/33' to pull; did you mean 'ViT-B/32'?"), (status, errors.TrimEnd()));
    }
}
