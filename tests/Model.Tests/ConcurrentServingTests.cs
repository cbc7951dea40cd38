using TcMgc.Model.Compute;

namespace TcMgc.Model.Tests;

/// <summary>Sets the threads of all of libtorch: runs alone.</summary>
[Collection(nameof(NativeMemoryTests))]
public sealed class ConcurrentServingTests
{
    private const int Threads = 8, Rounds = 10;

    [Fact]
    public void Eight_threads_at_once_get_the_bits_that_each_gets_alone()
    {
        using var tiny = new TinyModel();
        using var model = tiny.Folder.Load(new ComputeOptions { Threads = 2 });
        float[][] alone = [.. Enumerable.Range(0, Threads).Select(i => Answer(model, i))];
        using var start = new Barrier(Threads);
        var together = new float[Threads][][];

        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            together[i] = [.. Enumerable.Range(0, Rounds).Select(_ => Answer(model, i))];
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        for (var i = 0; i < Threads; i++)
            Assert.All(together[i], answer => Assert.Equal(alone[i], answer));
    }

    /// <summary>A few frames, the segment that they make, a sentence, and their score: all numbers.</summary>
    private static float[] Answer(VideoTextModel model, int seed)
    {
        var (n, d) = (model.SegmentFrames, model.Width);
        var pixels = new byte[n * model.FrameBytes];
        new Random(seed).NextBytes(pixels);
        float[] frames = new float[n * d], vector = new float[d], features = new float[n * d], mask = new float[n];
        mask.AsSpan().Fill(1);
        model.EncodeFrames(pixels, n, frames);
        model.EncodeVideo(frames, mask, 1, vector, features);
        var text = model.EncodeText($"circle number {seed}");
        using var candidates = model.Candidates(1);
        vector.CopyTo(candidates.Vectors);
        features.CopyTo(candidates.Features);
        mask.CopyTo(candidates.Mask);
        return [.. frames, .. vector, .. features, .. text.Sentence, .. text.Words, .. candidates.Score([text])];
    }
}
