using System.Collections.Concurrent;
using System.Numerics.Tensors;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;

namespace TcMgc.EndToEnd.Tests;

/// <summary>What encoders yield in bfloat16 against 32 bits, on real footage, where it is here.</summary>
public sealed class PrecisionTests(ITestOutputHelper output)
{
    private const int Batch = 16;

    /// <summary>With TCMGC_LONG=1 on every clip, else on a third.</summary>
    [SharedFact]
    public Task Bfloat16_and_32_bits_agree_on_every_frame_with_the_model_that_ships() =>
        AgreeAsync(Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny"), everyFrame: true);

    /// <summary>With TCMGC_LONG=1 ViT-B/32 on every frame of every clip, else ViT-S/32 on the first of a third.</summary>
    [SharedFact]
    public async Task Bfloat16_and_32_bits_agree_with_larger_encoders()
    {
        using var place = new Workplace(LongTests.Enabled ? "ViT-B/32" : "ViT-S/32");
        await AgreeAsync(place.Model, everyFrame: LongTests.Enabled);
    }

    private async Task AgreeAsync(string folder, bool everyFrame)
    {
        using var exact = ModelFolder.Open(folder).Load(new ComputeOptions { Precision = Precision.Float32 });
        using var half = ModelFolder.Open(folder).Load(new ComputeOptions { Precision = Precision.BFloat16 });
        string[] sentences =
        [
            "a dog runs", "two people talk in a kitchen", "a red car turns left at night", "someone swims under water",
        ];
        var pictures = await FramesAsync(exact.FrameSide, everyFrame);

        double[] texts = [.. sentences.Select(text => Cosine(exact.EncodeText(text).Sentence, half.EncodeText(text).Sentence))];
        double[] frames = [.. pictures.Chunk(Batch).SelectMany(batch => Cosines(exact, half, batch))];

        output.WriteLine($"least cosine of {texts.Length} texts {texts.Min():F5}, of {frames.Length} frames {frames.Min():F5}");
        Assert.All([.. texts, .. frames], cosine => Assert.InRange(cosine, PrecisionChoice.LeastCosine, 1.00001));
    }

    private static IEnumerable<double> Cosines(VideoTextModel exact, VideoTextModel half, byte[][] frames)
    {
        float[] a = Encode(exact), b = Encode(half);
        return frames.Select((_, i) => Cosine(a.AsSpan(i * exact.Width, exact.Width), b.AsSpan(i * exact.Width, exact.Width)));

        float[] Encode(VideoTextModel model)
        {
            var embeddings = new float[frames.Length * model.Width];
            model.EncodeFrames([.. frames.SelectMany(frame => frame)], frames.Length, embeddings);
            return embeddings;
        }
    }

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.CosineSimilarity(a, b);

    private static async Task<IReadOnlyCollection<byte[]>> FramesAsync(int side, bool every)
    {
        var (options, all) = (new MediaOptions(), new ConcurrentBag<byte[]>());
        await Parallel.ForEachAsync(RealClips.Sample, async (clip, cancel) =>
        {
            await using var reader = (await new FrameDecoder(options).OpenAsync(clip, side, withPictures: false, cancel)).Value!;
            var frame = new byte[reader.FrameBytes];
            while ((every || reader.Frames == 0) && await reader.ReadAsync(frame, cancel) > 0)
                all.Add([.. frame]);
        });
        Assert.NotEmpty(all);
        return all;
    }
}
