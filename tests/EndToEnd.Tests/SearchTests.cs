using System.Text.Json;
using System.Text.RegularExpressions;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Searches over a dozen clips, and what removing does to them.</summary>
public sealed class SearchTests(SearchTests.Indexed indexed) : IClassFixture<SearchTests.Indexed>
{
    private const int Clips = 12;

    public sealed class Indexed : IAsyncLifetime
    {
        /// <summary>With random weights, frames of 64 pixels a side tell fast scenes apart too rarely; 224 do.</summary>
        public Workplace Place { get; } = new("ViT-S/32");

        public string Data { get; private set; } = "";

        public async ValueTask InitializeAsync() =>
            Data = await Place.IndexedAsync(Enumerable.Range(0, Clips).Select(index => TestClips.Distinct(index)));

        public ValueTask DisposeAsync()
        {
            Place.Dispose();
            return default;
        }
    }

    [Fact]
    public async Task Stills_find_the_clip_and_the_moment_they_were_cut_from()
    {
        using var search = await StillSearch.OpenAsync(indexed.Data, indexed.Place.Model);

        var (asked, videos, moments, wrong) = await search.FindAsync(
            Enumerable.Range(0, Clips)
            .SelectMany(index => new[] { 1.3, 4.6, 6.4 }.Select(time => (TestClips.Distinct(index), time))));

        Assert.Equal(3 * Clips, asked);
        Assert.True(videos >= 0.95 * asked && moments >= 0.9 * asked,
            $"{videos} videos and {moments} moments of {asked}: {string.Join("; ", wrong)}");
    }

    [Fact]
    public async Task A_still_is_answered_by_the_program()
    {
        var first = (await SearchAsync("--image", TestClips.Still(TestClips.Distinct(3), 4.6), "--top", "1")).Single();

        Assert.Equal(Path.GetFileName(TestClips.Distinct(3)), first.GetProperty("name").GetString());
        Assert.InRange(first.GetProperty("moment").GetDouble(), 4, 6);
    }

    [Fact]
    public async Task Moments_are_saved_as_clips_under_names_that_stay_and_what_is_there_stays()
    {
        var folder = indexed.Place.New("moments");
        string[] search = ["search", "a pattern", "--top", "2", "--clips", folder, "--data", indexed.Data];

        var asked = await CommandRun.Of([.. search, "--json"]);

        Assert.True(asked.Status == 0, asked.Errors);
        var answer = JsonSerializer.Deserialize<JsonElement>(asked.Output);
        var (results, clips) = (answer.GetProperty("results"), answer.GetProperty("clips"));
        var files = clips.EnumerateArray().Select(clip => clip.GetProperty("file").GetString()!).ToList();
        Assert.Equal(files.Order(), Directory.GetFiles(folder).Order());
        Assert.Equal(2, files.Count);
        Assert.StartsWith($"{Path.GetFileNameWithoutExtension(results[0].GetProperty("name").GetString())} 0m0",
            Path.GetFileName(files[0]), StringComparison.Ordinal);
        Assert.Equal(results[0].GetProperty("segments")[0].GetProperty("segment").GetString(),
            clips[0].GetProperty("segment").GetString());
        Assert.True(results[0].GetProperty("plays").GetBoolean());
        Assert.All(files, file => Assert.InRange(new FileInfo(file).Length, 1000, 10 << 20));

        await File.WriteAllTextAsync(files[0], "mine");
        File.Delete(files[1]);
        var again = await CommandRun.Of(search);

        Assert.Matches($"  1  saved as '.*{Regex.Escape(Path.GetFileName(files[0]))}'", again.Output);
        Assert.Equal("mine", await File.ReadAllTextAsync(files[0]));
        Assert.True(File.Exists(files[1]));
    }

    [Fact]
    public async Task A_sentence_orders_videos_by_score_with_moments_in_them()
    {
        var results = await SearchAsync("a coloured pattern that turns", "--top", "5");

        var scores = results.Select(result => result.GetProperty("score").GetSingle()).ToArray();
        Assert.Equal(5, scores.Length);
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(results, result => Assert.InRange(result.GetProperty("moment").GetDouble(), 0, 8));
        Assert.Equal(5, results.Select(result => result.GetProperty("video").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task With_candidates_for_all_two_stages_find_what_an_exhaustive_search_finds()
    {
        var exhaustive = await SearchAsync("a red ball", "--exhaustive");
        var staged = await SearchAsync("a red ball", "--candidates", "1000");

        Assert.Equal(Names(exhaustive), Names(staged));
    }

    [Fact]
    public async Task Texts_with_weights_and_without_are_searched_in_one_video_for_its_moments()
    {
        var name = Path.GetFileName(TestClips.Distinct(4));

        var results = await SearchAsync(
            "a red ball", "a pattern", "--weights", "2", "1", "--not", "a dog", "--in", name, "--rank", "moment", "--explain");

        Assert.Equal([name], Names(results).Distinct());
        Assert.Equal([2 / 3f, 1 / 3f, -0.5f / 3], results[0].GetProperty("segments")[0].GetProperty("explanation")
            .GetProperty("texts").EnumerateArray()
            .Select(text => text.GetProperty("share").GetSingle()), (left, right) => Math.Abs(left - right) < 1e-6);
        Assert.Equal(2, (await CommandRun.Of("search", "a", "--weights", "1", "2", "--data", indexed.Data)).Status);
        Assert.Equal(2, (await CommandRun.Of("search", "--not", "a dog", "--data", indexed.Data)).Status);
    }

    [Fact]
    public async Task Filters_narrow_a_search_as_those_of_the_api_do()
    {
        var data = await indexed.Place.IndexedAsync(TestClips.Distinct(0, 2), TestClips.Distinct(1));
        var (brief, whole) = (Path.GetFileName(TestClips.Distinct(0, 2)), Path.GetFileName(TestClips.Distinct(1)));
        (string[] Options, string[] Left)[] cases =
        [
            (["--name", whole.ToUpperInvariant()], [whole]),
            (["--max-duration", "5"], [brief]),
            (["--min-duration", "5"], [whole]),
            (["--min-duration", "1", "--max-duration", "100", "--name", "mp4"], [brief, whole]),
            (["--uploaded-after", "2020-01-31"], [brief, whole]),
            (["--uploaded-before", "2020-01-31T12:00:00Z"], []),
            (["--tag", "sea", "--tag", "summer"], []),
        ];
        foreach (var (options, left) in cases)
            Assert.Equal(left.Order(StringComparer.Ordinal),
                Names(await SearchInAsync(data, ["a pattern", .. options])).Order(StringComparer.Ordinal));

        Assert.Contains("no indexed video matches the filters",
            (await CommandRun.Of("search", "a", "--tag", "sea", "--data", data)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_said_beside_a_video_finds_it_and_follows_its_file()
    {
        var videos = indexed.Place.FolderOf(TestClips.Distinct(8), TestClips.Distinct(9));
        var (name, other) = (Path.GetFileName(TestClips.Distinct(8)), Path.GetFileName(TestClips.Distinct(9)));
        var (beside, besideOther) =
            (Path.Combine(videos, Path.ChangeExtension(name, ".srt")), Path.Combine(
                videos, Path.ChangeExtension(other, ".json")));
        await File.WriteAllTextAsync(beside, "1\n00:00:05,000 --> 00:00:06,000\nThe zebra crosses\n");
        await File.WriteAllTextAsync(besideOther, "{\"title\": \"no transcript\"}");
        var data = indexed.Place.New("data");
        var first = await CommandRun.Of("index", videos, "--data", data, "--model", indexed.Place.Model);
        var said = (await SearchInAsync(data, "zebra", "--explain"))[0];

        await File.WriteAllTextAsync(beside, "1\n00:00:01,000 --> 00:00:02,000\nAn ostrich\n");
        var again = await CommandRun.Of("index", videos, "--data", data, "--model", indexed.Place.Model);

        Assert.Equal((0, 0), (first.Status, again.Status));
        Assert.Contains($"{Path.GetFileName(besideOther)} is no transcript", first.Errors, StringComparison.Ordinal);
        Assert.Equal(name, said.GetProperty("name").GetString());
        Assert.Equal("The zebra crosses", said.GetProperty("segments")[0].GetProperty("said")[0].GetProperty("text").GetString());
        Assert.Equal(1, said.GetProperty("segments")[0].GetProperty("explanation").GetProperty("fusion")
            .GetProperty("transcriptRank").GetInt32());
        Assert.DoesNotContain(await SearchInAsync(data, "zebra"),
            result => result.GetProperty("segments").EnumerateArray().Any(segment => segment.TryGetProperty("said", out _)));
        Assert.Equal(name, (await SearchInAsync(data, "ostrich"))[0].GetProperty("name").GetString());
        Assert.Contains("An ostrich", (await CommandRun.Of("search", "ostrich", "--data", data, "--explain")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_explanation_tells_contrasts_frames_and_words()
    {
        var explanation = (await SearchAsync("a red ball", "--explain", "--top", "1"))[0].GetProperty("segments")[0].GetProperty(
            "explanation").GetProperty("texts")[0];

        Assert.Equal(4, explanation.GetProperty("contrasts").GetArrayLength());
        Assert.NotEqual(0, explanation.GetProperty("frames").GetArrayLength());
        Assert.NotEqual(0, explanation.GetProperty("words").GetArrayLength());
    }

    [Fact]
    public async Task Without_json_each_result_is_legible()
    {
        var ended = await CommandRun.Of("search", "a red ball", "--data", indexed.Data, "--top", "3", "--explain");

        Assert.True(ended.Status == 0, ended.Errors);
        Assert.Contains("distinct-", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_video_is_found_no_more_until_it_is_indexed_again()
    {
        string[] clips = [TestClips.Distinct(0), TestClips.Distinct(1)];
        var data = await indexed.Place.IndexedAsync(clips);
        var id = (await IndexContents.VideosAsync(data)).Single(video => video.Name == Path.GetFileName(clips[0])).Id;

        var byId = await CommandRun.Of("remove", id.ToString(), "--data", data);
        var left = Names(await SearchInAsync(data, "anything"));
        var byName = await CommandRun.Of("remove", Path.GetFileName(clips[1]), "--data", data);
        var none = await SearchInAsync(data, "anything");
        var again = await CommandRun.Of("index", clips[0], "--data", data, "--model", indexed.Place.Model);

        Assert.True(byId.Status == 0, byId.Errors);
        Assert.Equal([Path.GetFileName(clips[1])], left);
        Assert.True(byName.Status == 0, byName.Errors);
        Assert.Empty(none);
        Assert.True(again.Status == 0, again.Errors);
        Assert.Equal([Path.GetFileName(clips[0])], Names(await SearchInAsync(data, "anything")));
    }

    [Fact]
    public async Task Videos_are_listed_with_what_is_known_of_them()
    {
        var videos = await Workplace.JsonAsync("videos", "--data", indexed.Data);

        Assert.Equal(Clips, videos.GetArrayLength());
        Assert.All(videos.EnumerateArray(), video => Assert.Equal(8, video.GetProperty("frames").GetInt32()));
        var last = await Workplace.JsonAsync(
            "videos", "--name", "DISTINCT", "--state", "indexed", "--sort", "name", "--descending", "--data", indexed.Data);
        Assert.Equal(NamesOf(videos).Reverse(), NamesOf(last));
        Assert.Empty(NamesOf(await Workplace.JsonAsync("videos", "--tag", "sea", "--data", indexed.Data)));
        var plain = await CommandRun.Of("videos", "--data", indexed.Data);
        Assert.Contains("distinct-0", plain.Output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> NamesOf(JsonElement videos) => Names(videos.EnumerateArray());

    private Task<JsonElement[]> SearchAsync(params IEnumerable<string> arguments) => SearchInAsync(indexed.Data, arguments);

    private static async Task<JsonElement[]> SearchInAsync(string data, params IEnumerable<string> arguments) =>
        [.. (await Workplace.JsonAsync(["search", .. arguments, "--data", data])).GetProperty("results").EnumerateArray()];

    private static IEnumerable<string> Names(IEnumerable<JsonElement> results) =>
        results.Select(result => result.GetProperty("name").GetString()!);
}
