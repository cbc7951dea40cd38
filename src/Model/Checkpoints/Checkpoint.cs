using TcMgc.Model.Weights;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// A published model's tensors, under this product's names and read one at a time. Not safe for concurrent use; tensors cannot be
/// read once it is disposed.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private readonly IDisposable _file;
    private readonly IClipConfig? _config;
    private readonly Activation? _activation;

    internal Checkpoint(string path, IReadOnlyList<TensorSource> tensors, IClipConfig? config, Activation? activation,
        IDisposable file)
    {
        (Path, _config, _activation, _file) = (path, config, activation, file);
        Tensors = tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    /// <summary>The file, also where a folder was opened.</summary>
    public string Path { get; }

    /// <summary>Its tensors by name, in the file's order.</summary>
    public IReadOnlyDictionary<string, TensorSource> Tensors { get; }

    /// <summary>Whether its kind or a configuration beside it says which activation it was trained with; no shape does.</summary>
    public bool SaysActivation => (_config, _activation) is not (null, null);

    /// <summary>
    /// The CLIP in it: sizes from the shapes of its tensors, the rest from the configuration beside it. Where nothing says which
    /// activation it has, that is OpenAI's.
    /// </summary>
    /// <exception cref="ModelException">It has none, or one that is not supported.</exception>
    public ClipArchitecture Architecture()
    {
        var clip = ClipShapes.Architecture(this) with { Activation = _activation ?? default };
        return _config?.Refine(clip) ?? clip;
    }

    /// <summary>Writes the tensors as they are to a safetensors file, which the engine can map.</summary>
    /// <exception cref="ModelException">A tensor cannot be read.</exception>
    public void WriteTo(string path) => SafetensorsWriter.Write(path, Tensors.Values);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
