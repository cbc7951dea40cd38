using System.Text.Json;

namespace TcMgc.Cli.Tests;

/// <summary>A dataset of three clips with two captions each, and a model with random weights.</summary>
internal static class ClipDataset
{
    public const int Videos = 3;

    /// <summary>Makes data/ and model/ in a folder.</summary>
    public static async Task MakeAsync(string folder)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        var lines = new List<string>();
        for (var video = 0; video < Videos; video++)
        {
            File.Copy(TestClips.Distinct(video, seconds: 3, size: "160x120"), Path.Combine(data, $"{video}.mp4"));
            lines.Add(
                JsonSerializer.Serialize(
                    new
                    {
                        file = $"{video}.mp4",
                        split = "test",
                        captions = new[] { $"scene {video}", $"number {video} moves" }
                    }));
        }
        await File.WriteAllLinesAsync(Path.Combine(data, "captions.jsonl"), lines);
        var (status, _, errors) =
            await CommandRun.Of("model", "init", "--random", "--arch", "ViT-T/16", "--words", "8", "--frames", "4",
                "--temporal-layers", "1", "--out", Path.Combine(folder, "model"));
        Assert.True(status == 0, errors);
    }
}
