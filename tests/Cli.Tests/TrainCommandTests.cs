using System.Text.Json;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Tests;

/// <summary>Training and comparing as commands, on a world of a few videos.</summary>
public sealed class TrainCommandTests(TrainCommandTests.World world) : IClassFixture<TrainCommandTests.World>
{
    public sealed class World : IAsyncLifetime
    {
        /// <summary>Encoders that were trained for an epoch.</summary>
        public string Encoders => Path.Combine(Root, "encoders", "model");

        public string Root { get; } = Directory.CreateTempSubdirectory("tcmgc-train-").FullName;

        public string Dataset => Path.Combine(Root, "world");

        public async ValueTask InitializeAsync()
        {
            var (status, _, errors) = await CommandRun.Of(
                "dataset", "synthesize", "--out", Dataset, "--videos", "12", "--validation", "4", "--test", "4");
            Assert.True(status == 0, errors);
            (status, _, errors) = await TrainAsync(
                this, Path.Combine(Root, "encoders"), "--head", "clip4clip-mean-pooling", "--epochs", "1");
            Assert.True(status == 0, errors);
        }

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Root, recursive: true);
            return default;
        }
    }

    [Fact]
    public async Task Training_leaves_a_model_a_log_and_curves_and_is_not_done_twice()
    {
        var run = At("run");

        var (status, output, errors) = await TrainAsync(run, "--head", "clip4clip-mean-pooling", "--epochs", "2");
        var (again, _, againErrors) = await TrainAsync(run, "--head", "clip4clip-mean-pooling", "--epochs", "2");

        Assert.True(status == 0, errors);
        Assert.Contains("validation R@1", output, StringComparison.Ordinal);
        Assert.All(
            new[] { "run.json", "metrics.jsonl", "curves.svg" }, file => Assert.True(File.Exists(Path.Combine(run, file))));
        Assert.Equal(2, File.ReadLines(Path.Combine(run, "metrics.jsonl"))
            .Count(line => JsonDocument.Parse(line).RootElement.TryGetProperty("recallAt1", out _)));
        var card = ModelFolder.Open(Path.Combine(run, "model")).Card;
        Assert.Contains("tcmgc train --dataset", card.Provenance.Command, StringComparison.Ordinal);
        Assert.Equal(2, card.Provenance.Training!.Epochs);
        Assert.Equal(0, again);
        Assert.Contains("this run is finished", againErrors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Heads_are_compared_on_the_same_encoders_and_measured_only_once()
    {
        string[] compare = ["compare", "--dataset", world.Dataset, "--model", world.Encoders, "--out", At("compared"),
            "--only", "clip4clip-mean-pooling", "tcmgc", "without SR",
            "--seeds", "2", "--epochs", "1", "--batch", "4"];

        var (status, output, errors) = await CommandRun.Of(compare);
        var written = File.GetLastWriteTimeUtc(At("compared/tcmgc-seed1/test.json"));
        var (_, again, _) = await CommandRun.Of(compare);

        Assert.True(status == 0, errors);
        Assert.All(
            new[] { "### heads", "| clip4clip-mean-pooling |", "| tcmgc |", "### TC-MGC without a part", "| without SR |" },
            part => Assert.Contains(part, output, StringComparison.Ordinal));
        Assert.Equal(output, again);
        Assert.Equal(written, File.GetLastWriteTimeUtc(At("compared/tcmgc-seed1/test.json")));
    }

    [Fact]
    public async Task A_comparison_on_other_test_videos_only_measures_again()
    {
        string[] compare = ["compare", "--dataset", world.Dataset, "--model", world.Encoders, "--out", At("elsewhere"),
            "--only", "clip4clip-mean-pooling",
            "--seeds", "1", "--epochs", "1", "--batch", "4", "--json"];

        var (_, all, _) = await CommandRun.Of(compare);
        var (status, one, oneErrors) = await CommandRun.Of([.. compare, "--test-videos", "1"]);

        Assert.True(status == 0, oneErrors);
        Assert.Contains("this run is finished", oneErrors, StringComparison.Ordinal);
        Assert.NotEqual(all, one);
        Assert.Equal(100, System.Text.Json.JsonDocument.Parse(one).RootElement[0].GetProperty("recallAt1").GetProperty("mean")
            .GetDouble());
    }

    [Theory]
    [InlineData(2, "--freeze needs --init", "--freeze", "encoders")]
    [InlineData(1, "there is no architecture 'ViT-X'", "--arch", "ViT-X")]
    [InlineData(1, "there is no head 'nod'", "--head", "nod")]
    [InlineData(2, "--epochs is 0", "--epochs", "0")]
    [InlineData(1, "fewer than a step needs", "--batch", "64")]
    public async Task Impossible_trainings_are_refused_with_the_reason(int expected, string reason, params string[] arguments)
    {
        var (status, _, errors) =
            await CommandRun.Of(
                ["train", "--dataset", world.Dataset, "--out", At(Guid.NewGuid().ToString("n")), "--vocabulary", "600",
                    .. arguments]);

        Assert.Equal(expected, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(world.Root, name);

    private Task<Ended> TrainAsync(string run, params string[] arguments) => TrainAsync(world, run, arguments);

    private static Task<Ended> TrainAsync(World world, string run, params string[] arguments) => CommandRun.Of(
        ["train", "--dataset", world.Dataset, "--out", run, "--batch", "4", "--frames", "3", "--words", "26", "--vocabulary",
            "600", .. arguments]);
}
