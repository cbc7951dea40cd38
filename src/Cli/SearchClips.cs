using System.Text.Json.Nodes;
using TcMgc.Client;
using TcMgc.Media;
using TcMgc.Search.Library;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Stores;
using VideoState = TcMgc.Shared.Catalog.VideoState;

namespace TcMgc.Cli;

/// <summary>
/// Saves the moments that a search found as files, which are called by video, times and segment, such as
/// <c>holiday 0m03s-0m08s 1a2b3c4d.mp4</c>: what is there already stays.
/// </summary>
/// <param name="data">Has the originals.</param>
/// <param name="folder">Where the files go.</param>
internal sealed class SearchClips(DataFolder data, string folder)
{
    private readonly BrowserVideoMaker _maker = new(new(), TimeProvider.System);

    /// <summary>What became of the moment of a result.</summary>
    /// <param name="Video">The result.</param>
    /// <param name="Segment">Its best segment.</param>
    /// <param name="File">Full path of the clip; null where there is none.</param>
    /// <param name="Reason">Why there is none.</param>
    public sealed record Saved(Guid Video, Guid Segment, string? File, string? Reason = null);

    /// <summary>Saves the best segment of each result.</summary>
    /// <exception cref="Shared.UserException">ffmpeg cannot be run, or the disk is full.</exception>
    public async Task<IReadOnlyList<Saved>> SaveAsync(SearchAnswer answer, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var (progress, saved) = (new Progress(TimeProvider.System), new List<Saved>());
        foreach (var result in answer.Results)
        {
            progress.Show($"{saved.Count} of {answer.Results.Count} clips saved", saved.Count, answer.Results.Count);
            var (file, reason) = await SaveAsync(result, cancel);
            saved.Add(new(result.Video, result.Segments[0].Segment, file, reason));
        }
        progress.Clear();
        return saved;
    }

    public static void Print(IReadOnlyList<Saved> saved)
    {
        foreach (var (rank, clip) in saved.Index())
            Console.WriteLine(clip.File is { } file ? $"{rank + 1,3}  saved as {FilePaths.Display(file)}"
                : $"{rank + 1,3}  not saved: {FilePaths.OneLine(clip.Reason!)}");
    }

    /// <summary>The answer with its <c>clips</c>, for programs.</summary>
    public static JsonObject WithClips(SearchAnswer answer, IReadOnlyList<Saved> saved)
    {
        var document = JsonNode.Parse(Output.ToJson(answer))!.AsObject();
        document["clips"] = JsonNode.Parse(Output.ToJson(saved));
        return document;
    }

    private async ValueTask<(string? File, string? Reason)> SaveAsync(SearchResult result, CancellationToken cancel)
    {
        if (await data.Catalog.GetAsync(new(result.Video), cancel) is not { State: VideoState.Indexed } entry)
            return (null, $"'{result.Name}' was removed meanwhile");
        var (format, without) = await _maker.FormatAsync(null, cancel);
        if (format is not { } made)
            return (null, $"'{result.Name}' {without}");
        var segment = result.Segments[0];
        var name = $"{Clips.NameOf(entry, segment.Start, segment.End)} {$"{segment.Segment}"[..8]}.{BrowserFormats.NameOf(made)}";
        var path = Path.GetFullPath(Path.Combine(folder, name));
        var reason = File.Exists(path) ? null : await CutAsync(entry, segment, made, path, cancel);
        return reason is null ? (path, null) : (null, $"'{result.Name}' {reason}");
    }

    /// <summary>Cuts a segment out; the file appears whole.</summary>
    /// <returns>Null, or why it cannot be.</returns>
    private async ValueTask<string?> CutAsync(
        CatalogEntry entry, FoundSegment segment, BrowserFormat format, string path, CancellationToken cancel)
    {
        await using var original = await OriginalFile.OpenAsync(entry.Source, entry.Bytes, data.Blobs, cancel);
        if (original.Reason is { } gone)
            return gone;
        var cut = await _maker.CutAsync(original.Path, format, segment.Start, segment.End, cancel);
        if (cut.Value is not { } clip)
            return cut.Reason;
        var partial = path + ".partial";
        await using (clip)
            try
            {
                File.Copy(clip.Path, partial, overwrite: true);
                File.Move(partial, path, overwrite: false);
            }
            finally
            {
                File.Delete(partial);
            }
        return null;
    }
}
