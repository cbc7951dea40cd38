using System.Numerics.Tensors;
using TcMgc.Featurizer;
using TcMgc.Ingest.Files;
using TcMgc.Media;
using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Cli.Benchmarks;

/// <summary>What <see cref="FeaturizeOptions.SimilarFrames"/> saves and costs at one of its values.</summary>
/// <param name="Most">The value.</param>
/// <param name="Frames">All frames.</param>
/// <param name="Spared">Frames that were not encoded.</param>
/// <param name="LeastCosine">Of a spared frame's own embedding and the one that it takes; 1 where none is spared.</param>
/// <param name="MeanCosine">The same on average.</param>
internal sealed record SimilarSaving(double Most, int Frames, int Spared, double LeastCosine, double MeanCosine);

/// <summary>Encodes every frame of videos, and says what the setting would have done.</summary>
internal static class SimilarBenchmark
{
    private static readonly double[] s_values = [1, 2, 4, 8, 16, 32];

    /// <summary>What one value does to the video at hand.</summary>
    private sealed class Trial(VideoTextModel model, double most)
    {
        private readonly float[] _taken = new float[model.Width];
        private readonly byte[] _chosen = new byte[model.FrameBytes];
        private readonly List<double> _cosines = [];
        private SimilarFrames _similar = new(model.FrameSide, model.Width, most);
        private int _frames;

        public SimilarSaving Saving => new(
            most, _frames, _cosines.Count, _cosines.DefaultIfEmpty(1).Min(), _cosines.DefaultIfEmpty(1).Average());

        public void Begin() => _similar = new(model.FrameSide, model.Width, most);

        public void Add(ReadOnlySpan<byte> rgb, ReadOnlySpan<float> embedding)
        {
            _frames++;
            var isEncoded = _similar.Choose(rgb, _chosen) > 0;
            embedding.CopyTo(_taken);
            _similar.Spread(_taken, 1);
            if (!isEncoded)
                _cosines.Add(TensorPrimitives.CosineSimilarity<float>(embedding, _taken));
        }
    }

    /// <exception cref="UserException">A file cannot be decoded.</exception>
    public static async Task<IReadOnlyList<SimilarSaving>> RunAsync(
        string[] paths, VideoTextModel model, Progress progress, CancellationToken cancel)
    {
        Trial[] trials = [.. s_values.Select(most => new Trial(model, most))];
        var (files, decoder) = (MediaFiles.Find(paths).Files, new FrameDecoder(new()));
        var (rgb, embedding) = (new byte[model.FrameBytes], new float[model.Width]);
        for (var file = 0; file < files.Count; file++)
        {
            progress.Show($"{file} of {files.Count} files", file, files.Count);
            var opened = await decoder.OpenAsync(files[file].Real, model.FrameSide, withPictures: false, cancel);
            await using var frames =
                opened.Value ?? throw new UserException($"{FilePaths.Display(files[file].Path)}: {opened.Reason}");
            foreach (var trial in trials)
                trial.Begin();
            while (await frames.ReadAsync(rgb, cancel) > 0)
            {
                model.EncodeFrames(rgb, 1, embedding, cancel);
                foreach (var trial in trials)
                    trial.Add(rgb, embedding);
            }
        }
        progress.Clear();
        return [.. trials.Select(trial => trial.Saving)];
    }
}
