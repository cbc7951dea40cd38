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

    /// <summary>A configuration with the weights that it is of, OpenCLIP's and Hugging Face's; the best first.</summary>
    private static readonly (string Configuration, string[] Weights)[] s_layouts =
    [
        ("open_clip_config.json", ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]),
        ("config.json", ["model.safetensors", "pytorch_model.bin"]),
    ];

    private static readonly string[][] s_tokenizers = [["vocab.json", "merges.txt"], ["tokenizer.json"]];

    private readonly FileDownload _files = new(hub, options);

    /// <summary>Downloads a model into a folder; run again, it goes on from where it was interrupted.</summary>
    /// <exception cref="UserException">The repository lacks a part, or a download failed.</exception>
    public async Task<DownloadedModel> RunAsync(
        HubModel model, string revision, string folder, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        var configurations = Each(s_layouts.Select(layout => layout.Configuration));
        var configuration = (await FindAsync(model, revision, configurations, cancellation))[0];
        // A branch may move while it is pulled; a commit does not.
        revision = configuration.Commit ?? revision;
        var tokenizer = await FindAsync(model, revision, s_tokenizers, cancellation);
        var layout = s_layouts.First(layout => layout.Configuration == configuration.Name);
        var weights = (await FindAsync(model, revision, Each(layout.Weights), cancellation))[0];
        Make(folder);
        foreach (var file in (RemoteFile[])[configuration, .. tokenizer])
            await _files.RunAsync(file, folder, progress, cancellation);
        var path = await _files.RunAsync(weights, folder, progress, cancellation);
        return new(folder, path, $"{model.Repository}@{revision}/{weights.Name}", weights.Sha256);
    }

    private static string[][] Each(IEnumerable<string> names) => [.. names.Select(name => new[] { name })];

    /// <summary>The files of the first choice that the repository has whole.</summary>
    private async Task<IReadOnlyList<RemoteFile>> FindAsync(
        HubModel model, string revision, string[][] choices, CancellationToken cancellation)
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
        throw new UserException(
            $"{address}/{model.Repository}: there is no {wanted} at revision '{revision}' (404); is it the repository of a "
                + "CLIP?");
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
