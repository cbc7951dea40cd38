using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TcMgc.Cli.Pipeline;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Qdrant;
using TcMgc.Training;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary>
/// <c>tcmgc reindex</c>: builds the index in Qdrant with another model, beside the one in use (docs/qdrant.md).
/// </summary>
internal static class ReindexCommand
{
    private const int ComparedVideos = 10;

    private static readonly string[] s_everyday =
    [
        "a person talks to the camera", "something moves quickly", "several things happen one after the other",
        "a bright scene outdoors", "nothing much happens",
    ];

    private static readonly Option<string?> s_model =
        NewOption.Optional<string?>("--model", "Folder or name of the new model.", "NEW");
    private static readonly Option<string?> s_former = NewOption.Optional<string?>(
        "--former", "Folder or name of the model in use; by default where the index remembers it.", "MODEL");
    private static readonly Option<string[]> s_probes =
        NewOption.List<string>("--probe", "Texts that both models are compared by; may be repeated.", "TEXT");
    private static readonly Option<bool> s_noSwitch = NewOption.Flag("--no-switch", "Build and compare only.");
    private static readonly Option<bool> s_withoutFailed = NewOption.Flag(
        "--without-failed", "Switch although some videos cannot be encoded: they can no longer be found.");
    private static readonly Option<bool> s_rollback =
        NewOption.Flag("--rollback", "Go back to the index that the last switch left.");
    private static readonly Option<bool> s_dropFormer =
        NewOption.Flag("--drop-former", "Delete the index that the last switch left.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    private sealed record Probe(
        string Text, double Overlap, bool SameFirst, IReadOnlyList<VideoId> Former, IReadOnlyList<VideoId> Next);

    private sealed record Report(string Index, string? Former, string Next, int Videos, int Before, int Written, long Segments,
        IReadOnlyCollection<Reencoder.Failure> Failed, IReadOnlyList<Probe> Probes, bool Switched, double Seconds);

    private sealed record RolledBack(string Index, string Model, int Lacking);

    public static Command Create()
    {
        var command = new Command("reindex",
            "Build the index in Qdrant anew with another model beside the one in use, compare both, and switch.")
        {
            s_model, s_former, s_probes, s_noSwitch, s_withoutFailed, s_rollback, s_dropFormer, s_data,
            ComputeChoice.Device, ComputeChoice.Precision, s_set, s_json,
        };
        command.Validators.Add(result =>
        {
            bool[] tasks = [result.GetValue(s_model) is not null, result.GetValue(s_rollback), result.GetValue(s_dropFormer)];
            if (tasks.Count(isGiven => isGiven) != 1)
                result.AddError("Give either --model, --rollback or --drop-former.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        string[] settings = [.. SettingOption.Given(parsed, s_data, "Data"), .. SettingOption.Given(parsed, s_set)];
        var configuration = CommandSettings.CreateBuilder(settings, "tcmgc-reindex").Configuration;
        var qdrant = Settings.Read<QdrantOptions>(configuration, QdrantOptions.Section);
        var media = Settings.Read<MediaOptions>(configuration, MediaOptions.Section);
        var featurize = Settings.Read<FeaturizeOptions>(configuration, FeaturizeOptions.Section);
        await using var stores = await Storage.OpenAsync(configuration, forWork: false, TimeProvider.System, cancel);
        using var reindex = stores.OpenReindex(qdrant, TimeProvider.System);
        var reindexing = new Reindexing(reindex, stores);
        if (parsed.GetValue(s_dropFormer))
            await reindex.DropFormerAsync(cancel);
        else if (parsed.GetValue(s_rollback))
            Output.Write(await RollBackAsync(reindexing, qdrant.Alias, cancel), parsed.GetValue(s_json), Print);
        else
        {
            var model = ModelOption.Find(parsed.GetValue(s_model)!);
            using var loaded = model.Load(ComputeChoice.Of(parsed));
            await using var reencoder = new Reencoder(stores, loaded, media, featurize);
            var next = new IndexModel(loaded.Id, loaded.Width, loaded.SegmentFrames, Path.GetFullPath(model.Path));
            await RebuildAsync(parsed, reindexing, qdrant.Alias, next, reencoder, await reindex.InUseAsync(cancel), cancel);
        }
    }

    private static async Task<RolledBack> RollBackAsync(Reindexing reindexing, string alias, CancellationToken cancel)
    {
        var (model, lacking) = await reindexing.RollBackAsync(cancel);
        return new(alias, model.Id, lacking);
    }

    private static async Task RebuildAsync(ParseResult parsed, Reindexing reindexing, string alias, IndexModel next,
        Reencoder reencoder, IndexModel? inUse, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        // Loaded before the work: its end is too late to find out that the former model is not there.
        using var former = inUse is null || inUse.Id == next.Id
            ? null
            : Former(inUse, parsed.GetValue(s_former)).Load(ComputeChoice.Of(parsed));
        var built = await BuildAsync(reindexing, next, reencoder, cancel);
        var texts = parsed.GetValue(s_probes) is { Length: > 0 } given ? given : s_everyday;
        var probes = former is null
            ? []
            : await reindexing.CompareAsync(next, reencoder.Model, former, texts, ComparedVideos, cancel);
        var failed = reencoder.Failed;
        var switches = !parsed.GetValue(s_noSwitch) && (failed.Count == 0 || parsed.GetValue(s_withoutFailed));
        if (switches)
            await reindexing.SwitchAsync(next, [.. failed.Select(failure => failure.Video)], cancel);

        var report = new Report(alias, inUse?.Id, next.Id, built.Total, built.Before, built.Written, built.Segments, failed,
            [.. probes.Select(probe => new Probe(probe.Name, probe.Overlap, probe.SameFirst, probe.Former, probe.Next))],
            switches, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        Output.Write(report, parsed.GetValue(s_json), Print);
        if (!switches && !parsed.GetValue(s_noSwitch))
            throw new UserException($"{failed.Count} of {built.Total} videos cannot be encoded by {next.Id}, nothing was "
                + "switched; remove them, or give --without-failed: they can no longer be found then");
    }

    private static async ValueTask<ReindexProgress> BuildAsync(
        Reindexing reindexing, IndexModel next, Reencoder reencoder, CancellationToken cancel)
    {
        var progress = new Progress(TimeProvider.System);
        var reporting = new Reporting<ReindexProgress>(
            state => progress.Show(Describe(state), state.Done, state.Total - state.Skipped));
        var built = await reindexing.BuildAsync(next, reencoder, reporting, cancel);
        progress.Clear();
        return built;
    }

    private static string Describe(ReindexProgress state) =>
        $"{state.Done} of {state.Total} videos are in the new index, {state.Before} of them from an earlier run"
            + (state.Skipped == 0 ? "" : $", {state.Skipped} cannot be encoded");

    private static ModelFolder Former(IndexModel inUse, string? given)
    {
        if (given is null && (inUse.Folder is null || !ModelFolder.IsModel(inUse.Folder)))
            throw new UserException($"the index was made with {inUse.Id}, which is not at {inUse.Folder ?? "any known folder"}; "
                + "give it with --former, to compare both");
        var folder = ModelOption.Find(given ?? inUse.Folder!);
        return folder.Id == inUse.Id
            ? folder
            : throw new UserException($"{folder.Path}: holds {folder.Id}, the index was made with {inUse.Id}; "
                + "give that one with --former");
    }

    private static void Print(Report report)
    {
        if (report.Probes.Count > 0)
        {
            var table = new Table().Border(TableBorder.None).AddColumn("probe")
                .AddColumn($"of the first {ComparedVideos} found by both", c => c.RightAligned()).AddColumn("same first");
            foreach (var probe in report.Probes)
                table.AddRow(Markup.Escape(FilePaths.OneLine(probe.Text)),
                    probe.Overlap.ToString("P0", CultureInfo.InvariantCulture), probe.SameFirst ? "yes" : "no");
            AnsiConsole.Write(table);
        }
        foreach (var failure in report.Failed)
            Console.WriteLine($"cannot be encoded: {FilePaths.Name(failure.Name)} ({FilePaths.OneLine(failure.Reason)})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Index}: {report.Written} videos ({report.Segments} segments) written, {report.Before} there already, "
            + $"{report.Failed.Count} failed, in {report.Seconds:F1} s"));
        var back = report.Former is null || report.Former == report.Next ? "" : $"; '--rollback' goes back to {report.Former}";
        Console.WriteLine(report.Switched
            ? $"searches are answered by {report.Next} now{back}"
            : $"nothing was switched: searches are answered by {report.Former ?? "nothing"} as before");
    }

    private static void Print(RolledBack rolled)
    {
        var lacking = rolled.Lacking == 0 ? "" : $"; {rolled.Lacking} videos indexed since are not in this index: "
            + "'tcmgc reindex' with its model adds them";
        Console.WriteLine($"{rolled.Index}: searches are answered by {rolled.Model} again{lacking}");
    }
}
