using System.Text.Json;

namespace TcMgc.Cli.Tests;

/// <summary><c>tcmgc bench index</c>, <c>bench decode</c> and <c>bench similar</c>.</summary>
public sealed class BenchIndexCommandTests
{
    private static readonly string s_clip = TestClips.Distinct(1, 3);

    [Fact]
    public async Task Indexing_is_measured_beside_its_parts()
    {
        var speed = await MeasuredAsync("index", "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"));

        Assert.Equal((1, 3), (speed.GetProperty("files").GetInt32(), speed.GetProperty("frames").GetInt32()));
        var (decode, encode, index) = (Seconds(speed, "decode"), Seconds(speed, "encode"), Seconds(speed, "index"));
        Assert.Equal(index / Math.Max(decode, encode), speed.GetProperty("toSlower").GetDouble(), 1e-9);
        Assert.Equal(speed.GetProperty("footage").GetDouble() / index, speed.GetProperty("footageAtATime").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Decoding_is_measured_beside_ffmpeg_alone()
    {
        var speed = await MeasuredAsync("decode", "--side", "32");

        Assert.Equal(Seconds(speed, "decode") / Seconds(speed, "ffmpeg"), speed.GetProperty("ratio").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task The_more_frames_may_differ_the_more_are_spared()
    {
        var savings = await RunAsync("similar", "--model", Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"));

        var spared = savings.EnumerateArray().Select(saving => saving.GetProperty("spared").GetInt32()).ToList();
        Assert.Equal(spared.Order(), spared);
        Assert.All(savings.EnumerateArray(), saving =>
        {
            Assert.Equal(3, saving.GetProperty("frames").GetInt32());
            Assert.InRange(
                saving.GetProperty("leastCosine").GetDouble(), -1, saving.GetProperty("meanCosine").GetDouble() + 1e-9);
        });
    }

    private static Task<JsonElement> MeasuredAsync(string what, params string[] options) =>
        RunAsync(what, [.. options, "--rounds", "1"]);

    private static async Task<JsonElement> RunAsync(string what, params string[] options)
    {
        var (status, output, errors) = await CommandRun.Of(["bench", what, s_clip, .. options, "--json"]);
        Assert.True(status == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static double Seconds(JsonElement speed, string part)
    {
        var cost = speed.GetProperty(part);
        Assert.True(cost.GetProperty("processorSeconds").GetDouble() > 0);
        return cost.GetProperty("seconds").GetDouble();
    }
}
