using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Tests.World;

public sealed class DatasetSynthesizeTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tcmgc-world-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_dataset_has_h264_files_and_captions_that_can_be_read()
    {
        var (status, output, errors) = await CommandRun.Of(
            "dataset", "synthesize", "--out", At("world"), "--videos", "2", "--validation", "1", "--test", "2", "--json");

        Assert.True(status == 0, errors);
        var dataset = DatasetReader.Open(At("world"));
        Assert.Equal((2, 1, 2), (dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        Assert.Equal(("drawn-world", 10, 1), (dataset.Name, dataset.Train[0].Captions.Count, dataset.Test[0].Captions.Count));
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("test").GetInt32());
        Assert.All(dataset.Train.Concat(dataset.Test), video => Assert.Matches(@"^h264,160,160,(48|56|64)$", Probe(video.Path)));
    }

    [Fact]
    public async Task A_smaller_dataset_is_the_beginning_of_a_larger_one_to_the_byte()
    {
        await CommandRun.Of(
            "dataset", "synthesize", "--out", At("small"), "--videos", "1", "--validation", "0", "--test", "1", "--seed", "4");
        await CommandRun.Of(
            "dataset", "synthesize", "--out", At("large"), "--videos", "2", "--validation", "0", "--test", "2", "--seed", "4");

        Assert.All(Directory.EnumerateFiles(At("small/videos")), path =>
            Assert.Equal(SHA256.HashData(File.ReadAllBytes(path)),
                SHA256.HashData(File.ReadAllBytes(At($"large/videos/{Path.GetFileName(path)}")))));
        Assert.Subset(
            File.ReadLines(At("large/captions.jsonl")).ToHashSet(), File.ReadLines(At("small/captions.jsonl")).ToHashSet());
    }

    [Fact]
    public async Task An_interrupted_run_is_continued()
    {
        string[] command = ["dataset", "synthesize", "--out", At("world"), "--videos", "2", "--validation", "0", "--test", "0"];
        await CommandRun.Of(command);
        var kept = At("world/videos/train-00000.mp4");
        var written = File.GetLastWriteTimeUtc(kept);
        File.Delete(At("world/videos/train-00001.mp4"));
        File.Delete(At("world/captions.jsonl"));

        var (status, _, _) = await CommandRun.Of(command);

        Assert.Equal(0, status);
        Assert.Equal(written, File.GetLastWriteTimeUtc(kept));
        Assert.Equal(2, DatasetReader.Open(At("world")).Train.Count);
    }

    [Fact]
    public async Task A_folder_of_another_seed_or_with_other_things_is_refused()
    {
        await CommandRun.Of(
            "dataset", "synthesize", "--out", At("world"), "--videos", "0", "--validation", "0", "--test", "0", "--seed", "1");
        Directory.CreateDirectory(At("thesis"));
        File.WriteAllText(At("thesis/chapter1.tex"), "");

        var (seed, _, seedError) =
            await CommandRun.Of("dataset", "synthesize", "--out", At("world"), "--videos", "0", "--seed", "2");
        var (other, _, otherError) = await CommandRun.Of("dataset", "synthesize", "--out", At("thesis"), "--videos", "0");

        Assert.Equal((1, 1), (seed, other));
        Assert.Contains("holds drawn-world of seed 1", seedError, StringComparison.Ordinal);
        Assert.Contains("is not empty", otherError, StringComparison.Ordinal);
    }

    private string At(string name) => Path.Combine(_root, name);

    private static string Probe(string path)
    {
        using var process = Process.Start(new ProcessStartInfo("ffprobe",
            ["-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0",
                path])
        { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
