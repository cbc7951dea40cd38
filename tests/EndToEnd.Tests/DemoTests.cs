using System.Globalization;
using System.Text.RegularExpressions;
using TcMgc.Model.Store;

namespace TcMgc.EndToEnd.Tests;

public sealed partial class DemoTests : IDisposable
{
    private const int Mebibyte = 1 << 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-demo-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_shipped_model_is_whole_and_small_and_says_how_it_was_made()
    {
        var model = ModelFolder.Open(Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"));

        model.CheckHash();
        Assert.InRange(Directory.EnumerateFiles(model.Path).Sum(file => new FileInfo(file).Length), 1, 20 * Mebibyte);
        Assert.StartsWith("tcmgc train ", model.Card.Provenance.Command, StringComparison.Ordinal);
        Assert.NotNull(model.Card.Provenance.Training);
    }

    [Fact]
    public async Task The_demo_finds_most_of_its_videos_by_sentences_and_says_what_its_model_knows()
    {
        using var run = ProgramRun.StartIn(SharedFolder.RepositoryRoot, "demo", "--out", _folder);
        var ended = await run.EndAsync();

        Assert.Equal(0, ended.Status);
        var figures = Figures().Match(ended.Output);
        Assert.True(figures.Success, ended.Output);
        Assert.True(double.Parse(figures.Groups["five"].Value, CultureInfo.InvariantCulture) >= 50, ended.Output);
        Assert.Contains("knows only the drawn world", ended.Output, StringComparison.Ordinal);
        Assert.Contains("model pull", ended.Output, StringComparison.Ordinal);
        // What it proposes to ask for is there, and its model is sure of it.
        var (text, data) = (Proposed().Match(ended.Output).Groups["text"].Value, Path.Combine(_folder, "data"));
        using var search = ProgramRun.StartIn(SharedFolder.RepositoryRoot, "search", text, "--data", data);
        Assert.Matches(@"1 .*test-00005\.mp4 +strong", (await search.EndAsync()).Output);
    }

    [GeneratedRegex("tcmgc search \"(?<text>[^\"]+)\" --data")]
    private static partial Regex Proposed();

    [GeneratedRegex(@"the right one first in (?<one>\d+) %, among the first five in (?<five>\d+) %")]
    private static partial Regex Figures();
}
