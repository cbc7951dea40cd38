using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TorchSharp;

namespace TcMgc.Model.Tests;

/// <summary>Measures what the whole process holds: runs alone.</summary>
[CollectionDefinition(nameof(NativeMemoryTests), DisableParallelization = true)]
[Collection(nameof(NativeMemoryTests))]
public sealed class NativeMemoryTests(ITestOutputHelper output)
{
    private const int FewestCandidates = 1, MostCandidates = 100, LargestBatch = 8;

    [Fact]
    public void Frames_and_searches_leave_no_tensor_and_no_memory_behind()
    {
        using var model = Shipped();
        Serve(model, 200);
        Collect(); // what other tests left

        var before = Held();
        Serve(model, 400);
        var after = Held();

        Report(0, before);
        Report(400, after);
        Assert.Equal(before.Tensors, after.Tensors);
        // Caches still fill by about 10 MB; candidates that searches do not free would be 80 MB.
        Assert.InRange(after.Megabytes - before.Megabytes, double.NegativeInfinity, 32);
    }

    [LongFact]
    public void Twenty_thousand_frames_and_searches_leave_memory_flat()
    {
        const int Parts = 10, Part = 20_000 / Parts;
        using var model = Shipped();
        Serve(model, 2 * Part);
        Collect();

        var before = Held();
        Report(0, before);
        for (var part = 1; part <= Parts; part++)
        {
            Serve(model, Part);
            Report(part * Part, Held());
        }

        Assert.Equal(before.Tensors, Held().Tensors);
        Assert.InRange(Held().Megabytes - before.Megabytes, double.NegativeInfinity, 16);
    }

    private static VideoTextModel Shipped() =>
        ModelFolder.Open(Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny")).Load(new ComputeOptions());

    /// <summary>As many frames as searches, in batches of all sizes.</summary>
    private static void Serve(VideoTextModel model, int count)
    {
        var (n, d) = (model.SegmentFrames, model.Width);
        float[] embeddings = new float[LargestBatch * d], segment = new float[n * d], mask = new float[n];
        float[] vector = new float[d], features = new float[n * d];
        var pixels = new byte[LargestBatch * model.FrameBytes];
        new Random(1).NextBytes(pixels);
        for (int done = 0, batch = 1; done < count; done += batch, batch = Math.Min(count - done, batch % LargestBatch + 1))
        {
            model.EncodeFrames(pixels, batch, embeddings);
            var kept = Math.Min(batch, n);
            embeddings.AsSpan(0, kept * d).CopyTo(segment);
            mask.AsSpan().Clear();
            mask.AsSpan(0, kept).Fill(1);
            model.EncodeVideo(segment, mask, 1, vector, features);
        }
        for (var search = 0; search < count; search++)
        {
            using var candidates = model.Candidates(FewestCandidates + search * 7 % MostCandidates);
            for (var i = 0; i < candidates.Count; i++)
            {
                vector.CopyTo(candidates.Vectors[(i * d)..]);
                features.CopyTo(candidates.Features[(i * n * d)..]);
                mask.CopyTo(candidates.Mask[(i * n)..]);
            }
            candidates.Score([model.EncodeText($"a red circle {search}")]);
        }
    }

    private static (long Tensors, double Megabytes) Held()
    {
        var tensors = torch.Tensor.TotalCount; // before finalizers can hide a tensor that nobody disposed
        Collect();
        return (tensors, Environment.WorkingSet / 1e6);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }

    private void Report(int done, (long Tensors, double Megabytes) held) =>
        output.WriteLine($"{done,6} frames and searches: {held.Megabytes:F1} MB, {held.Tensors} tensors");
}
