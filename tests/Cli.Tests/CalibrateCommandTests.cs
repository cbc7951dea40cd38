using System.Text.Json;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Tests;

public sealed class CalibrateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-calibrate-").FullName;

    private string Model => Path.Combine(_folder, "model");

    private string World => Path.Combine(_folder, "world");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_shipped_model_is_calibrated_on_validation_videos_and_tested_on_others_but_a_dry_run_changes_nothing()
    {
        CopyShipped();
        await SynthesizeAsync("--validation", "12", "--test", "11");
        var before = await File.ReadAllTextAsync(Path.Combine(Model, ModelFolder.CardFile));

        var (status, output, errors) = await Calibrate("--dry-run");

        Assert.True(status == 0, errors);
        Assert.Contains("false accept %", output, StringComparison.Ordinal);
        Assert.DoesNotContain("written", output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(Path.Combine(Model, ModelFolder.CardFile)));

        (status, output, errors) = await Calibrate("--json");

        Assert.True(status == 0, errors);
        using var json = JsonDocument.Parse(output);
        var (report, written) = (json.RootElement, ModelFolder.Open(Model).Card.Calibration!);
        Assert.Equal(written.Score, report.GetProperty("calibration").GetProperty("score").GetDouble(), 9);
        Assert.True(written is { Score: > 0, Threshold: > 0 and < 1, Answers: > 100 });
        var tested = report.GetProperty("tested");
        Assert.Equal(11, tested.GetProperty("videos").GetInt32());
        Assert.Equal(["sentence", "word", "object", "foreign", "sentence", "word", "object", "foreign"],
            tested.GetProperty("rates").EnumerateArray().Select(rate => rate.GetProperty("kind").GetString()));
        Assert.All(tested.GetProperty("rates").EnumerateArray(),
            rate => Assert.InRange(rate.GetProperty("falseAccept").GetDouble(), 0, 1));
        Assert.InRange(tested.GetProperty("reliability").GetProperty("error").GetDouble(), 0, 0.4);
        Assert.Equal(128, written.Footage!.Calibrated.Width);
        Assert.InRange(tested.GetProperty("unfamiliar").GetDouble(), 0, 0.5);
    }

    [Fact]
    public async Task Captions_are_right_for_their_own_video_only_and_too_few_are_refused()
    {
        await ClipDataset.MakeAsync(_folder);
        var captions = Path.Combine(_folder, "data", "captions.jsonl");
        await File.WriteAllTextAsync(
            captions, (await File.ReadAllTextAsync(captions)).Replace("\"test\"", "\"validation\"", StringComparison.Ordinal));

        var (status, _, errors) = await CommandRun.Of("calibrate", "--dataset", Path.Combine(_folder, "data"), "--model", Model);

        Assert.Equal(1, status);
        Assert.Contains("calibrat", errors, StringComparison.Ordinal);
        Assert.Null(ModelFolder.Open(Model).Card.Calibration);
    }

    [Fact]
    public async Task A_dataset_without_validation_videos_is_refused()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, _, errors) = await CommandRun.Of("calibrate", "--dataset", Path.Combine(_folder, "data"), "--model", Model);

        Assert.Equal(1, status);
        Assert.Contains("has no validation videos", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private void CopyShipped()
    {
        Directory.CreateDirectory(Model);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny")))
            File.Copy(file, Path.Combine(Model, Path.GetFileName(file)));
    }

    private async Task SynthesizeAsync(params string[] counts)
    {
        var (status, _, errors) =
            await CommandRun.Of(["dataset", "synthesize", "--out", World, "--videos", "0", "--seed", "3", .. counts]);
        Assert.True(status == 0, errors);
    }

    private Task<Ended> Calibrate(params string[] more) =>
        CommandRun.Of(["calibrate", "--dataset", World, "--model", Model, .. more]);
}
