using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Model.Text;

namespace TcMgc.Tests.Common;

/// <summary>
/// A model small enough for a test, with random weights and the byte vocabulary; its folder is deleted with it.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tcmgc-tiny-model-").FullName;

    public TinyModel(string head = "tcmgc", int seed = 1)
    {
        var config = new ModelConfig
        {
            Clip = new(EmbeddingWidth: 32, new(ImageSize: 32, PatchSize: 16, Width: 64, Layers: 2),
                new(Context: 24, Vocabulary: 514, Width: 64, Layers: 2)),
            Head = head,
            Words = 16,
            Frames = 4,
            TemporalLayers = 1,
            CrossLayers = 1,
            FramePositions = 24,
            CrossPositions = 24,
        };
        Folder = ModelFolder.Write(Path.Combine(_root, $"tiny-{seed}"), $"tiny-{seed}", config, RandomWeights.Of(config, seed),
            Tokenizer.WriteByteVocabulary, new("test", DateTimeOffset.UnixEpoch));
        Model = Folder.Load(new ComputeOptions { Threads = 1 });
    }

    public ModelFolder Folder { get; }

    public VideoTextModel Model { get; }

    public void Dispose()
    {
        Model.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
