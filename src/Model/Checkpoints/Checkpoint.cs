using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// A published model's tensors, under this product's names and read one at a time. Not safe for concurrent use; tensors cannot be
/// read once it is disposed.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly IDisposable _file;
    private readonly HuggingFaceConfig? _huggingFace;

    internal Checkpoint(string path, IReadOnlyList<TensorSource> tensors, HuggingFaceConfig? huggingFace, IDisposable file)
    {
        (Path, _huggingFace, _file) = (path, huggingFace, file);
        Tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file, also where a folder was opened.</summary>
    public string Path { get; }

    /// <summary>Its tensors by name, in the file's order.</summary>
    public IReadOnlyDictionary<string, TensorSource> Tensors { get; }

    /// <summary>The sizes of the CLIP in it, from the shapes of its tensors and, where there is one, Hugging Face's config.json.</summary>
    /// <exception cref="ModelException">It has none, or one that is not supported.</exception>
    public ClipArchitecture Architecture()
    {
        var clip = ClipShapes.Architecture(this);
        return _huggingFace?.Refine(Path, clip) ?? clip;
    }

    /// <summary>Writes the tensors as they are to a safetensors file, which the engine can map.</summary>
    /// <exception cref="ModelException">A tensor cannot be read.</exception>
    public void WriteTo(string path) => SafetensorsWriter.Write(path, Tensors.Values);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
