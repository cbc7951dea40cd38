using TcMgc.Model.Store;
using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// Reads the files in which models are published: safetensors, state dicts of torch.save, OpenAI's TorchScript archives, and
/// the folders of OpenCLIP and Hugging Face. Which of them a file is shows in its bytes, not in its name.
/// </summary>
public static class CheckpointReader
{
    /// <summary>Files looked for in a folder, the best first.</summary>
    private static readonly string[] s_files =
    [
        "open_clip_model.safetensors", "open_clip_pytorch_model.bin",
        "model.safetensors", ShardIndex.FileName, "weights.safetensors", "pytorch_model.bin", "weights.bin", "model.pt",
    ];

    /// <summary>The instruction with which pickles of protocol 2 and later start.</summary>
    private const byte BarePickleStart = 0x80;

    private static ReadOnlySpan<byte> ZipStart => "PK\u0003\u0004"u8;

    /// <summary>The magic number that PyTorch before 1.6 starts its files with, pickled.</summary>
    private static ReadOnlySpan<byte> LegacyTorchStart =>
        [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

    /// <summary>Opens a checkpoint; its tensors bear the names this product uses (docs/models.md).</summary>
    /// <param name="path">A file, or a folder with one.</param>
    /// <exception cref="ModelException">It is missing, damaged, hostile or no checkpoint: the message says which.</exception>
    public static Checkpoint Open(string path)
    {
        var file = Directory.Exists(path) ? Find(path) : path;
        var (tensors, owner) = Read(file);
        try
        {
            CheckSize(file, tensors);
            var published = PublishedNames.Map(file, tensors);
            var (config, activation) = Beside(Path.GetDirectoryName(Path.GetFullPath(file))!, published.Names);
            return new(file, published.Tensors, config, activation, owner);
        }
        catch
        {
            owner.Dispose();
            throw;
        }
    }

    /// <summary>What is known beyond the tensors: the configuration, or the activation that all of their kind have.</summary>
    private static (IClipConfig? Config, Activation? Activation) Beside(string folder, CheckpointNames names) => names switch
    {
        CheckpointNames.HuggingFace => (HuggingFaceConfig.Read(Path.Combine(folder, HuggingFaceConfig.FileName)), null),
        CheckpointNames.OpenClip => (OpenClipConfig.Read(Path.Combine(folder, OpenClipConfig.FileName)), null),
        CheckpointNames.Own when ModelFolder.IsModel(folder) => (null, ModelFolder.Open(folder).Card.Config.Clip.Activation),
        _ => (null, Activation.QuickGelu),
    };

    private static string Find(string folder) =>
        s_files.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new ModelException($"{folder}: holds no checkpoint; looked for {string.Join(", ", s_files)}");

    private static (IReadOnlyList<TensorSource> Tensors, IDisposable Owner) Read(string path)
    {
        if (Path.GetFileName(path) == ShardIndex.FileName)
        {
            var shards = ShardIndex.Open(path);
            return (shards.Tensors, shards);
        }
        var start = Start(path);
        if (start.AsSpan().SequenceEqual(LegacyTorchStart))
            throw new ModelException(
                $"{path}: is of PyTorch's format before 1.6; load it in PyTorch and save its state_dict() again");
        if (start is [BarePickleStart, ..] && !IsSafetensors(start))
            throw new ModelException(
                $"{path}: is a bare pickle; save the model's state_dict() with torch.save of PyTorch 1.6 or later");
        if (!start.AsSpan().StartsWith(ZipStart))
        {
            var file = WeightFile.Open(path);
            return (file.Sources(), file);
        }
        var archive = TorchArchive.Open(path);
        try
        {
            return (archive.Tensors(), archive);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    private static byte[] Start(string path)
    {
        using var file = ModelFile.Open(path);
        try
        {
            var start = new byte[LegacyTorchStart.Length];
            return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (IOException error)
        {
            throw new ModelException($"{path}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Eight bytes of length, which may be any, and the header's brace.</summary>
    private static bool IsSafetensors(byte[] start) => start is [_, _, _, _, _, _, _, _, (byte)'{', ..];

    /// <summary>Tensors may share a storage, but not so that a small file stands for any amount of data.</summary>
    private static void CheckSize(string path, IReadOnlyList<TensorSource> tensors)
    {
        const int MostShared = 8;
        if (Path.GetFileName(path) == ShardIndex.FileName)
            return;                                                  // every part of it was checked by itself
        using var file = ModelFile.Open(path);
        if (tensors.Aggregate((Int128)0, (bytes, t) => bytes + t.Length) > (Int128)MostShared * file.Length)
            throw new ModelException($"{path}: its tensors claim more bytes than the file can hold");
    }
}
