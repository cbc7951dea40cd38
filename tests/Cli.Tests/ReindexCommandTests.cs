using System.Text.Json;
using TcMgc.Stores.Tests.Qdrant.StandIn;

namespace TcMgc.Cli.Tests;

public sealed class ReindexCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-reindex-tests-").FullName;
    private QdrantStandIn _qdrant = null!;

    private string Clips => Path.Combine(_folder, "clips");

    public async ValueTask InitializeAsync() => _qdrant = await QdrantStandIn.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _qdrant.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task An_index_moves_to_Qdrant_to_another_model_and_back()
    {
        await IndexAsync();
        using var moved = await Reindex("--model", Model("old"));
        using var switched = await Reindex("--model", Model("new"), "--probe", "a scene", "--probe", "another");
        var byNew = await Models();
        using var back = await Reindex("--rollback");
        var byOld = await Models();

        var (first, second) = (moved.RootElement, switched.RootElement);
        Assert.Equal(
            (2, 2, 0, true),
            (Int(first, "videos"), Int(first, "written"), first.GetProperty("probes")
                .GetArrayLength(), first.GetProperty("switched").GetBoolean()));
        Assert.Equal(
            (2, 0, 2, true),
            (Int(second, "videos"), Int(second, "before"), Int(second, "written"), second.GetProperty("switched").GetBoolean()));
        Assert.Equal(["a scene", "another"], second.GetProperty("probes").EnumerateArray()
            .Select(probe => probe.GetProperty("text").GetString()));
        // Both find both videos.
        Assert.All(
            second.GetProperty("probes").EnumerateArray(), probe => Assert.Equal(1, probe.GetProperty("overlap").GetDouble()));
        Assert.Equal([second.GetProperty("next").GetString()], byNew);
        Assert.Equal([first.GetProperty("next").GetString()], byOld);
        Assert.Equal((first.GetProperty("next").GetString(), 0),
            (back.RootElement.GetProperty("model").GetString(), Int(back.RootElement, "lacking")));
        Assert.Equal(2, _qdrant.Collections.Count);
    }

    [Fact]
    public async Task A_lost_original_is_reported_and_prevents_the_switch_unless_accepted()
    {
        await IndexAsync();
        (await Reindex("--model", Model("old"))).Dispose();
        File.Delete(Path.Combine(Clips, "1.mp4"));

        var (status, output, errors) = await Run("--model", Model("new"));
        var before = await Models();
        using var accepted = await Reindex("--model", Model("new"), "--without-failed");

        Assert.Equal(1, status);
        Assert.Contains("cannot be encoded: 1.mp4", output, StringComparison.Ordinal);
        Assert.Contains("nothing was switched", errors, StringComparison.Ordinal);
        Assert.Single(before);
        var report = accepted.RootElement;
        Assert.Equal(
            (2, 1, 0, 1, true),
            (Int(report, "videos"), Int(report, "before"), Int(report, "written"), report.GetProperty("failed")
                .GetArrayLength(), report.GetProperty("switched").GetBoolean()));
    }

    [Theory]
    [InlineData("--model", "x", "--rollback")]
    [InlineData("--no-switch")]
    [InlineData("--model", "x", "--set", "Qdrant")]
    public async Task Contradictory_options_are_a_usage_error(params string[] arguments) =>
    Assert.Equal(2, (await Run(arguments)).Status);

    [Fact]
    public async Task A_rollback_without_an_index_is_reported_in_one_line()
    {
        await IndexAsync();
        var (status, _, errors) = await Run("--rollback");

        Assert.Equal(1, status);
        Assert.Contains("there is no index tcmgc", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>Indexes two clips in the data folder.</summary>
    private async Task IndexAsync()
    {
        Directory.CreateDirectory(Clips);
        for (var clip = 0; clip < 2; clip++)
            File.Copy(TestClips.Distinct(clip, seconds: 3, size: "160x120"), Path.Combine(Clips, $"{clip}.mp4"));
        await Succeeds(
            ["model", "init", "--random", "--arch", "ViT-T/16", "--words", "8", "--frames", "4", "--temporal-layers", "1",
                "--out", Model("old")]);
        await Succeeds(
            ["model", "init", "--random", "--seed", "2", "--arch", "ViT-T/16", "--words", "8", "--frames", "4",
                "--temporal-layers", "1", "--out", Model("new")]);
        await Succeeds(["index", Clips, "--data", Data, "--model", Model("old")]);
    }

    private string Data => Path.Combine(_folder, "index");

    private string Model(string name) => Path.Combine(_folder, name);

    private static int Int(JsonElement of, string name) => of.GetProperty(name).GetInt32();

    private static async Task<string> Succeeds(string[] arguments)
    {
        var (status, output, errors) = await CommandRun.Of(arguments);
        Assert.True(status == 0, errors);
        return output;
    }

    private Task<Ended> Run(params string[] arguments) =>
        CommandRun.Of(["reindex", "--data", Data, "--set", $"Qdrant:Url={_qdrant.Url}", .. arguments]);

    private async Task<JsonDocument> Reindex(params string[] arguments) =>
        JsonDocument.Parse(
            await Succeeds(["reindex", "--data", Data, "--set", $"Qdrant:Url={_qdrant.Url}", .. arguments, "--json"]));

    /// <summary>The models that the catalog names.</summary>
    private async Task<IReadOnlyList<string?>> Models()
    {
        using var videos = JsonDocument.Parse(await Succeeds(["videos", "--data", Data, "--json"]));
        return [.. videos.RootElement.EnumerateArray().Select(video => video.GetProperty("modelId").GetString()).Distinct()];
    }
}
