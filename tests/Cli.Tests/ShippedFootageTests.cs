using System.Text.Json;

namespace TcMgc.Cli.Tests;

/// <summary>
/// Which footage the calibration of the shipped model speaks of, beside real clips, where they are here; with TCMGC_LONG=1 all.
/// </summary>
public sealed class ShippedFootageTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>
    /// As many as the real clips have segments, and some more: else a query finds mostly real ones and says so of all.
    /// </summary>
    private static readonly int s_drawn = LongTests.Enabled ? 120 : 120 / RealClips.Step;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-footage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedFact]
    public async Task Drawn_videos_have_a_confidence_and_no_real_clip_beside_them_has()
    {
        await RunAsync("dataset", "synthesize", "--out", _folder, "--videos", "0", "--validation", "0", "--test", $"{s_drawn}",
            "--seed", "3");
        var (drawn, data) = (Path.Combine(_folder, "videos"), Path.Combine(_folder, "data"));
        await RunAsync(["index", drawn, .. RealClips.Sample, "--data", data,
            "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny")]);
        foreach (var text in new[] { "a white square", "a red circle", "a woman walks" })
        {
            using var answer = JsonDocument.Parse(await RunAsync(
                "search", text, "--data", data, "--exhaustive", "--top", "1000", "--threshold", "0", "--json"));
            var results = answer.RootElement.GetProperty("results").EnumerateArray().ToLookup(
                result => File.Exists(Path.Combine(drawn, result.GetProperty("name").GetString()!)), HasConfidence);

            output.WriteLine($"{text}: with a confidence {results[true].Count(has => has)} of {results[true].Count()} drawn "
                + $"videos, {results[false].Count(has => has)} of {results[false].Count()} real ones");
            Assert.Equal((s_drawn, 0), (results[true].Count(), results[false].Count(has => has)));
            Assert.InRange((double)results[true].Count(has => has), 0.85 * s_drawn, s_drawn);
        }
    }

    private static bool HasConfidence(JsonElement result) => result.GetProperty("segments").EnumerateArray().Any(
        segment => segment.TryGetProperty("confidence", out var confidence) && confidence.ValueKind == JsonValueKind.Object);

    private static async Task<string> RunAsync(params string[] arguments)
    {
        var (status, printed, errors) = await CommandRun.Of(arguments);
        Assert.True(status == 0, errors);
        return printed;
    }
}
