using System.Text.Json;

namespace TcMgc.Cli.Tests;

public sealed class EvalCommandTests : IDisposable
{
    private const int Videos = ClipDataset.Videos;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-eval-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Metrics_of_a_dataset_are_printed_as_JSON()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, output, _) = await Eval("--two-stage", "2", "--dual-softmax", "--json");

        Assert.Equal(0, status);
        using var json = JsonDocument.Parse(output);
        var report = json.RootElement;
        Assert.Equal(
            (Videos, 2 * Videos, 0), (Int(report, "videos"), Int(report, "captions"), Int(report, "videosWithoutFrames")));
        foreach (var metrics in new[] { report, report.GetProperty("dualSoftmax") }.SelectMany(
            part => new[] { part.GetProperty("textToVideo"), part.GetProperty("videoToText") }))
        {
            Assert.InRange(metrics.GetProperty("recallAt1").GetDouble(), 0, 100);
            Assert.Equal(100, metrics.GetProperty("recallAt5").GetDouble(), 6);
            Assert.InRange(metrics.GetProperty("meanRank").GetDouble(), 1, Videos);
        }
        var two = report.GetProperty("twoStage");
        Assert.Equal(2, Int(two, "candidates"));
        Assert.Equal(report.GetProperty("textToVideo").GetProperty("recallAt1").GetDouble() - two.GetProperty("textToVideo")
            .GetProperty("recallAt1").GetDouble(),
            two.GetProperty("lost").GetProperty("recallAt1").GetDouble(), 6);
        Assert.True(report.GetProperty("millisecondsPerThousandPairs").GetDouble() > 0);
    }

    [Fact]
    public async Task Another_head_is_measured_and_named_in_the_table()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, output, _) = await Eval("--head", "clip4clip-mean-pooling");

        Assert.Equal(0, status);
        Assert.Contains("clip4clip-mean-pooling", output, StringComparison.Ordinal);
        Assert.Contains("video → text", output, StringComparison.Ordinal);
        Assert.DoesNotContain("dual softmax", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_weights_of_a_head_are_reported_in_one_line()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, _, errors) = await Eval("--head", "xclip");

        Assert.Equal(1, status);
        Assert.Contains("frame_mat_weight", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_video_that_cannot_be_decoded_is_reported_and_left_out()
    {
        await ClipDataset.MakeAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "1.mp4"), "no video");

        var (status, output, errors) = await Eval("--json");

        Assert.Equal(0, status);
        Assert.Contains("1.mp4", errors, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(output);
        Assert.Equal((Videos - 1, 1), (Int(json.RootElement, "videos"), Int(json.RootElement, "videosWithoutFrames")));
    }

    [Fact]
    public async Task A_split_without_videos_is_refused_with_the_splits_that_have_some()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, _, errors) = await Eval("--split", "train");

        Assert.Equal(1, status);
        Assert.Contains("test (3 videos)", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_candidates_are_a_usage_error()
    {
        var (status, _, errors) = await Eval("--two-stage", "0");

        Assert.Equal(2, status);
        Assert.Contains("at least 1", errors, StringComparison.Ordinal);
    }

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private Task<Ended> Eval(params string[] more) =>
        CommandRun.Of(["eval", "--dataset", Path.Combine(_folder, "data"), "--model", Path.Combine(_folder, "model"), .. more]);
}
