namespace TcMgc.Model.Hub;

/// <summary>A downloaded model.</summary>
/// <param name="Folder">Folder of its files.</param>
/// <param name="Weights">Path of its weight file.</param>
/// <param name="Source">Repository, revision and file name of the weights.</param>
/// <param name="Sha256">SHA-256 of the weights, checked against the hub's; null where the hub announced none.</param>
public sealed record DownloadedModel(string Folder, string Weights, string Source, string? Sha256);

/// <summary>Downloads the parts of a CLIP, all of one revision: configuration, tokenizer and weights.</summary>
public sealed class ModelDownload(HubClient hub, HubAddress address, DownloadOptions options)
{
    /// <summary>The revision that is pulled by default.</summary>
    public const string DefaultRevision = "main";

    /// <summary>Configuration and weight files in the layouts of OpenCLIP and Hugging Face; the preferred ones first.</summary>
    private static readonly (string Configuration, string[] Weights)[] s_layouts =
    [
        ("open_clip_config.json", ["open_clip_model.safetensors", "open_clip_pytorch_model.bin"]),
        ("config.json", ["model.safetensors", "pytorch_model.bin"]),
    ];

    private static readonly string[][] s_tokenizers = [["vocab.json", "merges.txt"], ["tokenizer.json"]];

    private readonly FileDownload _files = new(hub, options);

    /// <summary>
    /// Downloads a model into a folder; an interrupted download is continued. Of a hub that is a folder it gets links.
    /// </summary>
    /// <exception cref="ModelException">The repository lacks a part, or a download failed.</exception>
    public async Task<DownloadedModel> RunAsync(
        HubModel model, string revision, string folder, IProgress<DownloadProgress> progress, CancellationToken cancel)
    {
        if (address.Folder is { } hubFolder)
            return Link(HubFolder.Find(hubFolder, model, revision), model, folder, progress);
        var configurations = Each(s_layouts.Select(layout => layout.Configuration));
        var configuration = (await FindAsync(model, revision, configurations, cancel))[0];
        // The branch may move during the download; a commit does not.
        revision = configuration.Commit ?? revision;
        var tokenizer = await FindAsync(model, revision, s_tokenizers, cancel);
        var layout = s_layouts.First(layout => layout.Configuration == configuration.Name);
        var weights = (await FindAsync(model, revision, Each(layout.Weights), cancel))[0];
        CreateFolder(folder);
        foreach (var file in (RemoteFile[])[configuration, .. tokenizer, weights])
            progress.Report(new(file.Name, 0, file.Bytes)); // How much is to come is known from the beginning.
        foreach (var file in (RemoteFile[])[configuration, .. tokenizer])
            await _files.RunAsync(file, folder, progress, cancel);
        var path = await _files.RunAsync(weights, folder, progress, cancel);
        return new(folder, path, $"{model.Repository}@{revision}/{weights.Name}", weights.Sha256);
    }

    /// <summary>Links the parts of a copy of a repository into a folder.</summary>
    private static DownloadedModel Link(string copy, HubModel model, string folder, IProgress<DownloadProgress> progress)
    {
        var configuration = Choose(Each(s_layouts.Select(layout => layout.Configuration)))[0];
        var weights = Choose(Each(s_layouts.First(layout => layout.Configuration == configuration).Weights))[0];
        CreateFolder(folder);
        foreach (var name in (string[])[configuration, .. Choose(s_tokenizers), weights])
        {
            var (link, file) = (Path.Combine(folder, name), new FileInfo(Path.Combine(copy, name)));
            File.Delete(link);
            File.CreateSymbolicLink(link, file.FullName);
            progress.Report(new(name, file.Length, file.Length));
        }
        return new(folder, Path.Combine(folder, weights), $"{model.Repository} in {copy}", Sha256: null);

        string[] Choose(string[][] choices) =>
            choices.FirstOrDefault(choice => choice.All(name => File.Exists(Path.Combine(copy, name))))
                ?? throw new ModelException($"{copy}: there is no {Names(choices)}; is it a copy of the repository of a CLIP?");
    }

    private static string Names(string[][] choices) =>
        string.Join(" or ", choices.Select(choice => string.Join(" with ", choice)));

    private static string[][] Each(IEnumerable<string> names) => [.. names.Select(name => new[] { name })];

    /// <summary>The files of the first choice of which the repository has all.</summary>
    private async Task<IReadOnlyList<RemoteFile>> FindAsync(
        HubModel model, string revision, string[][] choices, CancellationToken cancel)
    {
        foreach (var choice in choices)
        {
            var files = new List<RemoteFile>();
            foreach (var name in choice)
                if (await _files.FindAsync(address.File(model, revision, name), cancel) is { } file)
                    files.Add(file);
            if (files.Count == choice.Length)
                return files;
        }
        throw new ModelException(
            $"{address}/{model.Repository}: there is no {Names(choices)} at revision '{revision}' (404); is it the repository "
                + "of a CLIP?");
    }

    private static void CreateFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{folder}: cannot be created: {error.Message}", error);
        }
    }
}
