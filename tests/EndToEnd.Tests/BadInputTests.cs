namespace TcMgc.EndToEnd.Tests;

/// <summary>Every mistake is one line that says what to do, a status other than 0, and nothing is lost.</summary>
public sealed class BadInputTests(BadInputTests.Indexed indexed) : IClassFixture<BadInputTests.Indexed>
{
    public sealed class Indexed : IAsyncLifetime
    {
        public Workplace Place { get; } = new();

        public string Clip { get; } = TestClips.Distinct(0, seconds: 2);

        /// <summary>A data folder with one clip, that no test changes.</summary>
        public string Data { get; private set; } = "";

        public async ValueTask InitializeAsync() => Data = await Place.IndexedAsync(Clip);

        public ValueTask DisposeAsync()
        {
            Place.Dispose();
            return default;
        }

        /// <summary>A data folder of the test's own.</summary>
        public string CopyOfData()
        {
            var copy = Directory.CreateDirectory(Place.New("data")).FullName;
            foreach (var file in Directory.GetFiles(Data))
                File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            return copy;
        }
    }

    [Theory]
    [InlineData("--no-such-option", "index", "clip.mp4", "--no-such-option")]
    [InlineData("--no-such-option", "search", "text", "--no-such-option")]
    [InlineData("nonsense", "nonsense")]
    [InlineData("--explian", "search", "--explian")]
    [InlineData("--top", "search", "text", "--top", "many")]
    [InlineData("text", "search")]
    [InlineData("index", "index")]
    [InlineData("remove", "remove")]
    public async Task Wrong_use_is_status_2_and_points_to_the_help(string names, params string[] arguments)
    {
        var ended = await CommandRun.Of(arguments);

        Assert.Equal(2, ended.Status);
        Assert.Contains("--help", OneLine(ended), StringComparison.Ordinal);
        Assert.Contains(names, OneLine(ended), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("search", "text", "--top", "0")]
    [InlineData("search", "text", "--top", "-1")]
    [InlineData("search", "text", "--top", "100000")]
    [InlineData("search", "text", "--candidates", "0")]
    [InlineData("search", "text", "--image", "still.png")]
    [InlineData("index", "clip.mp4", "--batch", "0")]
    public async Task Values_out_of_range_are_refused_by_their_name(params string[] arguments) =>
        await FailsAsync([.. arguments, "--data", indexed.Data], arguments[2]);

    [Fact]
    public async Task A_path_that_is_not_there_is_named() =>
        await FailsAsync(["index", "/no/such/clip.mp4", "--data", indexed.Place.New("data"), "--model", indexed.Place.Model],
            "/no/such/clip.mp4");

    [Fact]
    public async Task A_folder_without_videos_is_named()
    {
        var folder = indexed.Place.FolderOf();
        await File.WriteAllTextAsync(Path.Combine(folder, "notes.txt"), "no video");

        await FailsAsync(["index", folder, "--data", indexed.Place.New("data"), "--model", indexed.Place.Model], folder);
    }

    [Theory]
    [InlineData("search", "text")]
    [InlineData("videos")]
    [InlineData("remove", "clip.mp4")]
    public async Task Where_nothing_was_indexed_the_way_to_do_so_is_told(params string[] arguments)
    {
        var data = indexed.Place.New("data");

        await FailsAsync([.. arguments, "--data", data], "tcmgc index");
        Assert.False(Directory.Exists(data));
    }

    [Theory]
    [InlineData("index.db", "search", "text")]
    [InlineData("catalog.db", "videos")]
    [InlineData("events.db", "search", "text")]
    [InlineData("index.db", "index", "CLIP")]
    public async Task A_database_that_is_none_is_named_with_what_to_do(string database, params string[] arguments)
    {
        var data = indexed.CopyOfData();
        await File.WriteAllBytesAsync(Path.Combine(data, database), [.. Enumerable.Repeat((byte)0x5A, 20_000)]);

        await FailsAsync([.. arguments.Select(argument => argument == "CLIP" ? indexed.Clip : argument), "--data", data],
            Path.Combine(data, database));
    }

    [Fact]
    public async Task A_data_folder_that_is_a_file_is_named()
    {
        var file = indexed.Place.New("file");
        await File.WriteAllTextAsync(file, "");

        await FailsAsync(["index", indexed.Clip, "--data", file, "--model", indexed.Place.Model], file);
    }

    [Fact]
    public async Task A_model_with_other_weights_than_its_card_says_is_refused()
    {
        var model = CopyOfModel();
        var weights = Path.Combine(model, "weights.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes);

        await FailsAsync(["index", indexed.Clip, "--data", indexed.Place.New("data"), "--model", model], weights);
    }

    [Fact]
    public async Task A_folder_that_is_no_model_is_named() =>
        await FailsAsync(
            ["index", indexed.Clip, "--data", indexed.Place.New("data"), "--model", "/no/such/model"], "/no/such/model");

    [Fact]
    public async Task Another_model_than_the_index_was_made_with_is_refused_and_nothing_is_lost()
    {
        var (data, other) = (indexed.CopyOfData(), indexed.Place.New("other-model"));
        Assert.Equal(
            0, (await CommandRun.Of(
                "model", "init", "--arch", "ViT-T/16", "--head", "xclip", "--random", "--seed", "2", "--out", other)).Status);

        await FailsAsync(["index", TestClips.Distinct(1), "--data", data, "--model", other], "--data");
        await FailsAsync(["search", "text", "--data", data, "--model", other], "model");
        await IndexContents.SameAsync(indexed.Data, data);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public async Task An_empty_text_is_refused(string text) =>
    await FailsAsync(["search", text, "--data", indexed.Data], "empty");

    [Fact]
    public async Task A_text_of_ten_thousand_words_is_refused() =>
        await FailsAsync(["search", string.Join(' ', Enumerable.Repeat("word", 10_000)), "--data", indexed.Data], "text");

    [Fact]
    public async Task An_image_that_is_not_there_or_is_none_is_named()
    {
        var none = indexed.Place.New("none.png");
        await File.WriteAllTextAsync(none, "no picture");

        await FailsAsync(["search", "--image", "/no/such/still.png", "--data", indexed.Data], "/no/such/still.png");
        await FailsAsync(["search", "--image", none, "--data", indexed.Data], none);
    }

    [Fact]
    public async Task A_frame_of_20000_by_20000_is_refused_as_image_and_as_video()
    {
        var (image, video) = (indexed.Place.New("huge.png"), indexed.Place.New("huge.avi"));
        HugeFrames.WriteImage(image, 20_000);
        HugeFrames.WriteVideo(
            video, TestClips.Make(
                "raw", ".avi", ["-f", "lavfi", "-i", "color=s=200x200:r=1", "-t", "2", "-c:v", "rawvideo", "-pix_fmt", "bgr24"]),
                    20_000);

        await FailsAsync(["search", "--image", image, "--data", indexed.Data], image);
        var ended =
            await CommandRun.Of("index", video, "--data", indexed.Place.New("data"), "--model", indexed.Place.Model);

        Assert.Equal(1, ended.Status);
        Assert.Contains("20000x20000", Assert.Single(ended.ErrorLines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Removing_what_is_not_there_is_told() =>
        await FailsAsync(["remove", "no-such-video.mp4", "--data", indexed.Data], "no-such-video.mp4");

    private static async Task FailsAsync(IEnumerable<string> arguments, string names)
    {
        var ended = await CommandRun.Of(arguments);

        Assert.NotEqual(0, ended.Status);
        Assert.Contains(names, OneLine(ended), StringComparison.Ordinal);
    }

    private static string OneLine(Ended ended)
    {
        var line = Assert.Single(ended.ErrorLines);
        Assert.StartsWith("tcmgc: ", line, StringComparison.Ordinal);
        return line;
    }

    private string CopyOfModel()
    {
        var copy = Directory.CreateDirectory(indexed.Place.New("model")).FullName;
        foreach (var file in Directory.GetFiles(indexed.Place.Model))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        return copy;
    }
}
