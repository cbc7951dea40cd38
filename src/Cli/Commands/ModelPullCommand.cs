using System.CommandLine;
using TcMgc.Cli.ModelHub;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Heads;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model pull</c>: a published CLIP with its tokenizer, from its hub to a model folder.</summary>
internal static class ModelPullCommand
{
    private const string DownloadEnding = ".download";

    private static readonly Argument<string> s_model = new("NAME")
    {
        Description = $"A published CLIP ({string.Join(", ", HubModel.Named.Keys)}), or a repository as OWNER/NAME.",
    };

    private static readonly Option<string?> s_out = new("--out")
    {
        Description = "Folder to make; by default the repository's name among the models.",
        HelpName = "DIR",
    };

    private static readonly Option<string?> s_base = new("--base")
    {
        Description = $"Address of the hub; by default that of {HubAddress.Variable}, else {HubAddress.Public}.",
        HelpName = "URL",
    };

    private static readonly Option<string> s_revision = new("--revision")
    {
        Description = "Branch, tag or commit of the repository.",
        DefaultValueFactory = _ => ModelDownload.DefaultRevision,
    };

    private static readonly Option<string?> s_name = new("--name")
    {
        Description = "What to call it; by default the folder's name.",
    };

    private static readonly Option<string?> s_head = new("--head")
    {
        Description = $"Similarity head, whose own parameters start as training does; by default clip4clip-mean-pooling, which "
            + $"has none: {string.Join(", ", SimilarityHead.All.Keys)}.",
        HelpName = "NAME",
    };

    private static readonly Option<int?> s_words = new("--words") { Description = "W: words of a text." };
    private static readonly Option<int?> s_frames = new("--frames") { Description = "N: frames of a segment." };
    private static readonly Option<double?> s_keepRate = new("--keep-rate")
    {
        Description = "TC-MGC: part of the similarities that is kept.",
    };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print the model as JSON." };

    public static Command Create()
    {
        var command = new Command(
            "pull", "Download a published CLIP and make a model of it; run again, it goes on where it was interrupted.")
        {
            s_model, s_out, s_base, s_revision, s_name, s_head, s_words, s_frames, s_keepRate, s_json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var model = HubModel.Parse(parsed.GetValue(s_model)!);
            var hub = HubAddress.Of(parsed.GetValue(s_base));
            var path = Path.TrimEndingDirectorySeparator(parsed.GetValue(s_out) ?? Path.Combine(ModelChoice.Models, model.Name));
            ModelFolder.RequireFree(path);

            var folder = path + DownloadEnding;
            var downloaded = await DownloadAsync(model, hub, parsed.GetValue(s_revision)!, folder, cancellation);
            ModelImportCommand.Import(downloaded.Weights, new()
            {
                Out = path,
                Name = parsed.GetValue(s_name),
                Origin = downloaded.Source,
                Partial = true,
                Json = parsed.GetValue(s_json),
                Command = $"tcmgc {string.Join(' ', parsed.Tokens.Select(t => t.Value))}",
                Options = new()
                {
                    Head = parsed.GetValue(s_head),
                    Words = parsed.GetValue(s_words),
                    Frames = parsed.GetValue(s_frames),
                    KeepRate = parsed.GetValue(s_keepRate),
                },
            });
            Directory.Delete(folder, recursive: true);
        });
        return command;
    }

    private static async Task<DownloadedModel> DownloadAsync(
        HubModel model, HubAddress hub, string revision, string folder, CancellationToken cancellation)
    {
        var options = new DownloadOptions();
        using var client = new HubClient(options.Patience);
        var downloaded = await DownloadBars.ShowAsync(
            progress => new ModelDownload(client, hub, options).RunAsync(model, revision, folder, progress, cancellation));
        if (downloaded.Sha256 is null)
            await Console.Error.WriteLineAsync(
                $"tcmgc: the hub announces no SHA-256 of {downloaded.Source}; only its size was checked");
        return downloaded;
    }
}
