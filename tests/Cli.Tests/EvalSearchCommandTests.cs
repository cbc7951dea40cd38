using System.Text.Json;
using TcMgc.Cli.Evaluation;
using TcMgc.Client;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;

namespace TcMgc.Cli.Tests;

public sealed class EvalSearchCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-eval-search-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Files_are_indexed_once_and_found_by_their_captions()
    {
        await ClipDataset.MakeAsync(_folder);

        var (status, output, errors) = await EvalSearch("--json");
        var (_, again, toldAgain) = await EvalSearch("--json");

        Assert.True(status == 0, errors);
        using var first = JsonDocument.Parse(output);
        using var second = JsonDocument.Parse(again);
        var (report, metrics) = (first.RootElement, first.RootElement.GetProperty("textToVideo"));
        Assert.Equal((ClipDataset.Videos, 0, ClipDataset.Videos, 2 * ClipDataset.Videos),
            (Int(report, "videos"), Int(report, "videosNotIndexed"), Int(report, "searchableVideos"), Int(report, "captions")));
        Assert.Equal(100, metrics.GetProperty("recallAt5").GetDouble(), 6);
        Assert.InRange(metrics.GetProperty("meanRank").GetDouble(), 1, ClipDataset.Videos);
        Assert.Equal(metrics.ToString(), second.RootElement.GetProperty("textToVideo").ToString());
        Assert.Equal(ClipDataset.Videos, toldAgain.Split('\n').Count(line => line.Contains("already", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_video_that_cannot_be_indexed_is_counted_and_left_out()
    {
        await ClipDataset.MakeAsync(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "1.mp4"), "no video");

        var (status, output, _) = await EvalSearch();

        Assert.Equal(0, status);
        Assert.Contains("4 captions of 2 videos, 2 videos in", output, StringComparison.Ordinal);
        Assert.Contains("1 videos could not be indexed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_that_is_not_among_the_results_has_a_random_rank_after_them()
    {
        VideoId[] videos = [.. Enumerable.Range(0, 7).Select(_ => new VideoId(Guid.NewGuid()))];
        ServedQuery Query(int expected, params int[] results) =>
            new("a sentence", new("v", "v.mp4", ["a sentence"]), videos[expected],
            new([.. results.Select(result => new SearchResult(videos[result].Value, "", "", null, []))], results.Length,
                TimeSpan.Zero));

        var metrics = new[] { Query(0, 4, 0), Query(1, 1, 2, 3), Query(6, 5, 4, 3) }.Metrics(videos);

        // Ranks 2, 1, and the third behind three results, one of four: 5.5, among the first five with a chance of two in four.
        Assert.Equal((100 / 3.0, 2, (2 + 1 + 5.5) / 3), (metrics.RecallAt1, metrics.MedianRank, metrics.MeanRank));
        Assert.Equal(250 / 3.0, metrics.RecallAt5, 9);
    }

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private Task<Ended> EvalSearch(params string[] more) =>
        CommandRun.Of(["eval-search", "--dataset", Path.Combine(_folder, "data"),
        "--data", Path.Combine(_folder, "index"), "--model", Path.Combine(_folder, "model"), .. more]);
}
