using System.Text.Json;
using TcMgc.Model;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// Collects the annotations of a folder, ids with captions by split, and finds the videos' files. Errors name the file, and the
/// document that describes it.
/// </summary>
internal sealed class Annotations(string name, string root)
{
    private static readonly string[] s_extensions = [".mp4", ".webm", ".avi", ".mkv", ".mov", ".m4v", ".mpg"];

    private readonly Dictionary<(Split Split, string Id), (List<string> Captions, double Start, double? End)> _videos = [];
    private readonly List<(Split Split, string Id)> _order = [];

    /// <summary>Adds a caption to a video. Start and end are those of the video's first caption.</summary>
    public void Add(Split split, string id, string caption, double start = 0, double? end = null)
    {
        if (string.IsNullOrWhiteSpace(caption))
            return;
        if (!_videos.TryGetValue((split, id), out var known))
        {
            _videos[(split, id)] = known = ([], start, end);
            _order.Add((split, id));
        }
        known.Captions.Add(caption.Trim());
    }

    /// <summary>The dataset of the videos that have files; the others are its <see cref="Dataset.Missing"/>.</summary>
    /// <exception cref="ModelException">No video has a file.</exception>
    public Dataset Build(Func<string, IEnumerable<string>>? names = null)
    {
        var files = Files();
        var (found, missing) = (new Dictionary<Split, List<CaptionedVideo>>(), new List<string>());
        foreach (var split in Enum.GetValues<Split>())
            found[split] = [];
        foreach (var (split, id) in _order)
        {
            var (captions, start, end) = _videos[(split, id)];
            if ((names?.Invoke(id) ?? [id]).Select(files.GetValueOrDefault).FirstOrDefault(path => path is not null) is { } path)
                found[split].Add(new(id, path, captions) { Start = start, End = end });
            else
                missing.Add(id);
        }
        if (found.Values.All(videos => videos.Count == 0))
            throw new ModelException(
                $"{root}: none of the {_order.Count} annotated videos has a file "
                    + $"({string.Join(", ", missing.Take(3))}, …); docs/datasets.md says where to put them");
        return new(name, root, found[Split.Train], found[Split.Validation], found[Split.Test]) { Missing = missing };
    }

    /// <summary>Path of an annotation file.</summary>
    /// <exception cref="ModelException">There is no such file.</exception>
    public string PathOf(string file) => Path.Combine(root, file) is var path && File.Exists(path)
        ? path
        : throw new ModelException($"{path}: is missing; docs/datasets.md lists the files of {name} and where to get them");

    /// <summary>The non-empty lines of an annotation file, with path and line number.</summary>
    public IEnumerable<(string Where, string Text)> Lines(string file)
    {
        var path = PathOf(file);
        return File.ReadLines(path).Select((text, index) => ($"{path}: line {index + 1}", text))
            .Where(line => !string.IsNullOrWhiteSpace(line.text));
    }

    /// <summary>The ids in a file with one id per line.</summary>
    public IReadOnlySet<string> Ids(string file) =>
        Lines(file).Select(line => line.Text.Trim()).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a JSON file.</summary>
    /// <exception cref="ModelException">The file is missing, or its content is not as expected.</exception>
    public void Json(string file, Action<JsonElement> read)
    {
        var path = PathOf(file);
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            read(document.RootElement);
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new ModelException($"{path}: is not in the format of {name}: {error.Message}", error);
        }
    }

    /// <summary>The rows of a CSV file with a header line, as values by column.</summary>
    public IEnumerable<IReadOnlyDictionary<string, string>> Rows(string file)
    {
        string[]? header = null;
        foreach (var (where, text) in Lines(file))
        {
            string[] cells = [.. Csv.Cells(text)];
            if (header is null)
            {
                header = cells;
                continue;
            }
            if (cells.Length < header.Length)
                throw new ModelException($"{where}: has {cells.Length} cells, the header {header.Length}");
            yield return header.Index()
                .ToDictionary(column => column.Item, column => cells[column.Index], StringComparer.Ordinal);
        }
    }

    /// <summary>Paths of the files anywhere in the folder, by name; video files also by name without extension.</summary>
    private Dictionary<string, string> Files()
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            files.TryAdd(Path.GetFileName(path), path);
            if (s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                files.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        }
        return files;
    }
}
