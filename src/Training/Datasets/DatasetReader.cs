using TcMgc.Model;
using TcMgc.Training.Datasets.Formats;

namespace TcMgc.Training.Datasets;

/// <summary>Opens datasets: this project's format as <c>DIR</c>, those of the papers as <c>FORMAT=DIR</c>.</summary>
public static class DatasetReader
{
    private static readonly Dictionary<string, Func<string, Dataset>> s_formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["captions"] = CaptionLines.Read,
        ["msrvtt-9k"] = root => MsrVtt.Read(root, "MSRVTT_train.9k.csv"),
        ["msrvtt-7k"] = root => MsrVtt.Read(root, "MSRVTT_train.7k.csv"),
        ["msvd"] = Msvd.Read,
        ["lsmdc"] = Lsmdc.Read,
        ["didemo"] = DiDeMo.Read,
        ["activitynet"] = ActivityNet.Read,
        ["vatex"] = Vatex.Read,
    };

    /// <summary>Names of the formats.</summary>
    public static IReadOnlyCollection<string> Formats => s_formats.Keys;

    /// <summary>
    /// Opens the dataset that a command line names: <c>DIR</c>, a folder with captions.jsonl, or <c>FORMAT=DIR</c>.
    /// </summary>
    /// <exception cref="ModelException">There is no such format or folder, or its files cannot be read.</exception>
    public static Dataset Open(string spec)
    {
        ArgumentException.ThrowIfNullOrEmpty(spec);
        var (format, folder) = spec.IndexOf('=', StringComparison.Ordinal) is var at and > 0 && !Directory.Exists(spec)
            ? (spec[..at], spec[(at + 1)..]) : ("captions", spec);
        if (!s_formats.TryGetValue(format, out var read))
            throw new ModelException($"there is no dataset format '{format}'; there are {string.Join(", ", s_formats.Keys)}");
        if (!Directory.Exists(folder))
            throw new ModelException($"{folder}: is not a folder; docs/datasets.md describes datasets");
        try
        {
            return read(Path.GetFullPath(folder));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{folder}: cannot be read: {error.Message}", error);
        }
    }
}
