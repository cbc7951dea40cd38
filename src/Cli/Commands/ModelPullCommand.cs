using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Heads;
using TcMgc.Model.Hub;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Training;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model pull</c>: a published CLIP with its tokenizer, from its hub to a model folder.</summary>
internal static class ModelPullCommand
{
    internal const string DownloadEnding = ".download";

    /// <summary>What people are told of a published CLIP.</summary>
    internal const string About = "knows what pictures of the web show; it looks at frames, not at their order";

    private static readonly Argument<string> s_model = new("NAME")
    {
        Description = $"A published CLIP ({string.Join(", ", HubModel.Named.Keys)}), or a repository as OWNER/NAME.",
        HelpName = "NAME",
        CompletionSources = { _ => HubModel.Named.Keys.Select(name => new CompletionItem(name)) },
    };
    private static readonly Option<string?> s_out = NewOption.Optional<string?>(
        "--out", "Folder to make; by default the repository's name among the models.", "DIR");
    private static readonly Option<string?> s_base = NewOption.Optional<string?>(
        "--base",
        $"Address of the hub, or a folder of copies; by default what {HubAddress.Variable} says, else {HubAddress.Public}.",
        "URL");
    private static readonly Option<string> s_revision = NewOption.WithDefault(
        "--revision", ModelDownload.DefaultRevision, "Branch, tag or commit of the repository.", "NAME");
    private static readonly Option<string?> s_name = ModelCommand.Name();
    private static readonly Option<string?> s_head = NewOption.Optional<string?>(
        "--head",
        "Similarity head, whose own parameters start as training does; by default clip4clip-mean-pooling, which has none: "
        + $"{string.Join(", ", SimilarityHead.All.Keys)}.",
        "NAME");
    private static readonly Option<bool> s_json = NewOption.Json("Print the model as JSON.");

    public static Command Create()
    {
        var command = new Command(
            "pull", "Download a published CLIP and make a model of it; an interrupted download is continued.")
        {
            s_model, s_out, s_base, s_revision, s_name, s_head, ModelSizeOptions.Words, ModelSizeOptions.Frames,
            ModelSizeOptions.KeepRate, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var given = parsed.GetValue(s_model)!;
            if (Typos.Nearest(given, HubModel.Named.Keys) is { } meant && !HubModel.Named.ContainsKey(given))
                throw new UserException($"there is no model '{given}' to pull; did you mean '{meant}'?");
            var model = HubModel.Parse(given);
            var hub = HubAddress.Of(parsed.GetValue(s_base));
            var path = Path.TrimEndingDirectorySeparator(parsed.GetValue(s_out) ?? Path.Combine(ModelChoice.Models, model.Name));
            ModelFolder.RequireFree(path);

            var folder = path + DownloadEnding;
            var downloaded = await DownloadAsync(model, hub, parsed.GetValue(s_revision)!, folder, cancel);
            ModelImportCommand.Import(downloaded.Weights, new()
            {
                Out = path,
                Name = parsed.GetValue(s_name),
                Origin = downloaded.Source,
                About = About,
                Partial = true,
                Json = parsed.GetValue(s_json),
                Command = CommandLine.Text(parsed),
                Options = new()
                {
                    Head = parsed.GetValue(s_head),
                    Words = parsed.GetValue(ModelSizeOptions.Words),
                    Frames = parsed.GetValue(ModelSizeOptions.Frames),
                    KeepRate = parsed.GetValue(ModelSizeOptions.KeepRate),
                },
            });
            Directory.Delete(folder, recursive: true);
        });
        return command;
    }

    private static async Task<DownloadedModel> DownloadAsync(
        HubModel model, HubAddress hub, string revision, string folder, CancellationToken cancel)
    {
        var options = new DownloadOptions();
        using var client = new HubClient(options.Timeout);
        var progress = new Progress(TimeProvider.System);
        var downloaded = await new ModelDownload(client, hub, options).RunAsync(
            model, revision, folder, ReportingTo(progress), cancel);
        progress.Clear();
        if (downloaded.Sha256 is null)
            await Console.Error.WriteLineAsync(
                $"tcmgc: the hub announces no SHA-256 of {downloaded.Source}; only its size was checked");
        return downloaded;
    }

    /// <summary>Shows how much of all files is there.</summary>
    private static Reporting<DownloadProgress> ReportingTo(Progress progress)
    {
        var files = new Dictionary<string, DownloadProgress>(StringComparer.Ordinal);
        return new(file =>
        {
            files[file.File] = file;
            var (received, bytes) = (files.Values.Sum(each => each.Received), files.Values.Sum(each => each.Bytes));
            // The files before the weights are too small to count in megabytes.
            var there = bytes < 1_000_000 ? "" : string.Create(
                CultureInfo.InvariantCulture, $"{received / 1e6:N0} of {bytes / 1e6:N0} MB are there, ");
            progress.Show($"{there}now {FilePaths.Name(file.File)}", received, bytes);
        });
    }
}
