using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Training.Evaluation;

namespace TcMgc.Cli.Tests;

/// <summary>Which footage the calibration of the shipped model speaks of, on real clips, where they are here.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class ShippedFootageTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-footage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [SharedFact]
    public async Task Drawn_videos_are_familiar_and_nearly_no_real_clip_is()
    {
        var (status, _, errors) = await CommandRun.Of(
            "dataset", "synthesize", "--out", _folder, "--videos", "0", "--validation", "0", "--test", "40", "--seed", "3");
        Assert.True(status == 0, errors);
        using var model =
            ModelFolder.Open(Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny")).Load(new() { Threads = 1 });

        var drawn = await UnfamiliarAsync(model, Path.Combine(_folder, "videos"));
        var real = await UnfamiliarAsync(model, SharedFolder.Path("videos", "clips"));

        output.WriteLine($"unfamiliar: {drawn:P0} of the drawn videos, {real:P0} of the real ones");
        Assert.InRange(drawn, 0, 0.15);
        Assert.InRange(real, 0.9, 1);
    }

    /// <summary>The part of a folder's videos whose first segment lies beyond the limit.</summary>
    private static async Task<double> UnfamiliarAsync(VideoTextModel model, string folder)
    {
        var (footage, videos, beyond) = (model.Calibration!.Footage!, Directory.GetFiles(folder), 0);
        await Parallel.ForEachAsync(videos, async (video, cancel) =>
        {
            var embeddings = await FramesAsync(model, video, cancel);
            if (footage.Distance(embeddings) > footage.Limit)
                Interlocked.Increment(ref beyond);
        });
        return (double)beyond / videos.Length;
    }

    private static async Task<float[]> FramesAsync(VideoTextModel model, string video, CancellationToken cancel)
    {
        await using var reader =
            (await new FrameDecoder(new()).OpenAsync(video, model.FrameSide, withPictures: false, cancel)).Value!;
        var frames = new List<byte[]>();
        var pixels = new byte[model.FrameBytes];
        while (frames.Count < model.SegmentFrames && await reader.ReadAsync(pixels, cancel) > 0)
            frames.Add([.. pixels]);
        return [.. FrameEmbeddings.Of(model, frames, cancel).SelectMany(embedding => embedding)];
    }
}
