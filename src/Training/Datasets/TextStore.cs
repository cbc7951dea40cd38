using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using TcMgc.Model;

namespace TcMgc.Training.Datasets;

/// <summary>The text encoder's output for every caption, computed once and kept in a file in half precision.</summary>
internal sealed class TextStore : IDisposable
{
    private readonly RowFile _rows;
    private readonly int _width;

    private TextStore(RowFile rows, int width)
    {
        _rows = rows;
        _width = width;
    }

    /// <summary>A caption's sentence feature [D], valid until the store is disposed.</summary>
    public ReadOnlySpan<Half> Sentence(int caption) => _rows.Row<Half>(caption)[.._width];

    /// <summary>A caption's word features [W, D], valid until the store is disposed.</summary>
    public ReadOnlySpan<Half> Words(int caption) => _rows.Row<Half>(caption)[_width..];

    /// <summary>Opens the features of these captions by this model; computes them first if they are not in the file.</summary>
    public static TextStore Open(
        string path, string key, IReadOnlyList<string> captions, VideoTextModel model, IProgress<int>? progress,
        CancellationToken cancel)
    {
        key = $"{key} {model.Id}";
        var values = model.Width * (1 + model.Config.Words);
        long rowBytes = values * 2L;
        if (RowFile.TryOpen(path, key, captions.Count, rowBytes) is { } known)
            return new(known, model.Width);
        using (var writer = RowFile.Create(path, key, captions.Count, rowBytes))
        {
            var row = new Half[values];
            for (var i = 0; i < captions.Count; i++)
            {
                var text = model.EncodeText(captions[i], cancel);
                TensorPrimitives.ConvertToHalf(text.Sentence, row);
                TensorPrimitives.ConvertToHalf(text.Words, row.AsSpan(model.Width));
                writer.Write(i, text.Tokens.Count, MemoryMarshal.AsBytes(row.AsSpan()));
                progress?.Report(i + 1);
            }
            writer.Complete();
        }
        return new(RowFile.TryOpen(path, key, captions.Count, rowBytes)!, model.Width);
    }

    /// <inheritdoc/>
    public void Dispose() => _rows.Dispose();
}
