using TcMgc.Shared;

namespace TcMgc.Cli.ModelHub;

/// <summary>A downloaded model.</summary>
/// <param name="Folder">Holds its files.</param>
/// <param name="Weights">Its weight file.</param>
/// <param name="Source">Which file of which revision of which repository the weights are.</param>
/// <param name="Sha256">The weights' SHA-256 that the hub announced and that they have; null where it announced none.</param>
internal sealed record DownloadedModel(string Folder, string Weights, string Source, string? Sha256);

/// <summary>Downloads what a CLIP consists of: its configuration, its tokenizer and its weights, all of one revision.</summary>
internal sealed class ModelDownload(HubClient hub, HubAddress address, DownloadOptions options)
{
    /// <summary>The revision that is pulled when none is asked for.</summary>
    public const string DefaultRevision = "main";

    /// <summary>Each a choice of files that do the same, the best first: all of the first that the repository has are taken.</summary>
    private static readonly string[][][] s_parts =
    [
        [["config.json"]],
        [["vocab.json", "merges.txt"], ["tokenizer.json"]],
        [["model.safetensors"], ["pytorch_model.bin"]],
    ];

    private readonly FileDownload _files = new(hub, options);

    /// <summary>Downloads a model into a folder; run again, it goes on from where it was interrupted.</summary>
    /// <exception cref="UserException">The repository lacks a part, or a download failed.</exception>
    public async Task<DownloadedModel> RunAsync(HubModel model, string revision, string folder, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        var found = new List<RemoteFile>();
        foreach (var choices in s_parts)
        {
            found.AddRange(await FindAsync(model, revision, choices, cancellation));
            // A branch may move while it is pulled; a commit does not.
            revision = found[0].Commit ?? revision;
        }
        Make(folder);
        var path = "";
        foreach (var file in found)
            path = await _files.RunAsync(file, folder, progress, cancellation);
        return new(folder, path, $"{model.Repository}@{revision}/{found[^1].Name}", found[^1].Sha256);
    }

    private async Task<IReadOnlyList<RemoteFile>> FindAsync(HubModel model, string revision, string[][] choices, CancellationToken cancellation)
    {
        foreach (var choice in choices)
        {
            var files = new List<RemoteFile>();
            foreach (var name in choice)
                if (await _files.FindAsync(address.File(model, revision, name), cancellation) is { } file)
                    files.Add(file);
            if (files.Count == choice.Length)
                return files;
        }
        var wanted = string.Join(" or ", choices.Select(choice => string.Join(" with ", choice)));
        throw new UserException($"{address}/{model.Repository}: there is no {wanted} at revision '{revision}' (404); is it the repository of a CLIP?");
    }

    private static void Make(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{folder}: cannot be made: {error.Message}", error);
        }
    }
}
