using System.Text.Json;
using TcMgc.Model;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// What an annotation folder says, gathered: ids with captions by split, then the files that belong to them. Errors name the file
/// they are in and the page that says what belongs there.
/// </summary>
internal sealed class Annotations(string name, string root)
{
    private static readonly string[] s_extensions = [".mp4", ".webm", ".avi", ".mkv", ".mov", ".m4v", ".mpg"];

    private readonly Dictionary<(Split Split, string Id), (List<string> Captions, double Start, double? End)> _videos = [];
    private readonly List<(Split Split, string Id)> _order = [];

    /// <summary>Adds a caption to a video; the part that counts is the one given first.</summary>
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

    /// <summary>The dataset, of the videos whose files are there; the others are listed.</summary>
    /// <exception cref="ModelException">None is there.</exception>
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
                $"{root}: none of the {_order.Count} videos that its annotations name is there "
                    + $"({string.Join(", ", missing.Take(3))}, …); docs/datasets.md says where they belong");
        return new(name, root, found[Split.Train], found[Split.Validation], found[Split.Test]) { Missing = missing };
    }

    /// <summary>Path of an annotation file.</summary>
    public string PathOf(string file) => Path.Combine(root, file) is var path && File.Exists(path)
        ? path
        : throw new ModelException($"{path}: is missing; docs/datasets.md says what {name} needs and where it comes from");

    /// <summary>The lines of an annotation file that are not empty, with their numbers.</summary>
    public IEnumerable<(string Where, string Text)> Lines(string file)
    {
        var path = PathOf(file);
        return File.ReadLines(path).Select((text, index) => ($"{path}: line {index + 1}", text))
            .Where(line => !string.IsNullOrWhiteSpace(line.text));
    }

    /// <summary>The ids that a file lists, one a line.</summary>
    public IReadOnlySet<string> Ids(string file) =>
        Lines(file).Select(line => line.Text.Trim()).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a JSON file; whatever is not as expected in it is an error that names the file.</summary>
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
            throw new ModelException($"{path}: is not as {name} publishes it: {error.Message}", error);
        }
    }

    /// <summary>The values of one column of a CSV file with a header line.</summary>
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

    /// <summary>Video files anywhere in the folder, by name with and without extension.</summary>
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
