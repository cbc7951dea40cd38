using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;
using TcMgc.Cli.Pipeline;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Model.Compute;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;
using TcMgc.Stores.Qdrant;
using TcMgc.Training;
using Progress = TcMgc.Cli.Progress;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc reindex</c>: the index in Qdrant by another model, built beside the one in use (docs/qdrant.md).</summary>
internal static class ReindexCommand
{
    private const int ComparedVideos = 10;

    private static readonly string[] s_everyday =
    [
        "a person talks to the camera", "something moves quickly", "several things happen one after the other", "a bright scene outdoors", "nothing much happens",
    ];

    private static readonly Option<string?> s_model = new("--model") { Description = "Folder or name of the new model.", HelpName = "NEW" };
    private static readonly Option<string?> s_former = new("--former") { Description = "Folder or name of the model in use; by default where the index remembers it.", HelpName = "MODEL" };
    private static readonly Option<string[]> s_probes = new("--probe") { Description = "A text that both models are compared by; may be repeated.", HelpName = "TEXT" };
    private static readonly Option<bool> s_noSwitch = new("--no-switch") { Description = "Build and compare only." };
    private static readonly Option<bool> s_withoutFailed = new("--without-failed") { Description = "Switch although some videos cannot be encoded: they are found no more." };
    private static readonly Option<bool> s_rollback = new("--rollback") { Description = "Go back to the index that the last switch left." };
    private static readonly Option<bool> s_dropFormer = new("--drop-former") { Description = "Delete the index that the last switch left." };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    private sealed record Probe(string Text, double Overlap, bool SameFirst, IReadOnlyList<VideoId> Former, IReadOnlyList<VideoId> Next);

    private sealed record Report(string Index, string? Former, string Next, int Videos, int Before, int Written, long Segments,
        IReadOnlyCollection<Reencoder.Failure> Failed, IReadOnlyList<Probe> Probes, bool Switched, double Seconds);

    private sealed record RolledBack(string Index, string Model, int Lacking);

    public static Command Create()
    {
        var (data, set) = (DataOption.Create(), SettingOption.Create());
        var command = new Command("reindex", "Build the index in Qdrant anew with another model beside the one in use, compare both, and switch.")
        {
            s_model, s_former, s_probes, s_noSwitch, s_withoutFailed, s_rollback, s_dropFormer, data,
            ComputeChoice.Device, ComputeChoice.Precision, set, s_json,
        };
        command.Validators.Add(result =>
        {
            var wishes = new[] { result.GetValue(s_model) is not null, result.GetValue(s_rollback), result.GetValue(s_dropFormer) };
            if (wishes.Count(wish => wish) != 1)
                result.AddError("Give either --model, --rollback or --drop-former.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            var builder = ServiceProgram.CreateBuilder([.. SettingOption.Given(parsed, data, "Data"), .. SettingOption.Given(parsed, set)], "tcmgc-reindex");
            await builder.AddStorageAsync(cancellationToken: cancel);
            var options = Settings.Read<QdrantOptions>(builder.Configuration, QdrantOptions.Section);
            var (media, featurize) = (Settings.Read<MediaOptions>(builder.Configuration, MediaOptions.Section), Settings.Read<FeaturizeOptions>(builder.Configuration, FeaturizeOptions.Section));
            await using var app = builder.Build(); // Never started: it only closes the stores.
            var stores = app.Services.GetRequiredService<Storage>();
            using var reindex = new QdrantReindex(options, TimeProvider.System);
            if (parsed.GetValue(s_dropFormer))
                await reindex.DropFormerAsync(cancel);
            else if (parsed.GetValue(s_rollback))
                Print(await RollBackAsync(new(reindex, stores), options.Alias, cancel), parsed.GetValue(s_json));
            else
                await RunAsync(parsed, reindex, stores, options.Alias, media, featurize, ComputeChoice.Of(parsed), cancel);
        });
        return command;
    }

    private static async Task<RolledBack> RollBackAsync(Reindexing reindexing, string alias, CancellationToken cancel)
    {
        var (model, lacking) = await reindexing.RollBackAsync(cancel);
        return new(alias, model.Id, lacking);
    }

    private static async Task RunAsync(ParseResult parsed, QdrantReindex reindex, Storage stores, string alias, MediaOptions media, FeaturizeOptions featurize,
        ComputeOptions engine, CancellationToken cancel)
    {
        var started = TimeProvider.System.GetTimestamp();
        var folder = ModelFolder.Find(parsed.GetValue(s_model)!, ModelChoice.Models);
        using var model = folder.Load(engine);
        var next = new IndexModel(model.Id, model.Width, model.SegmentFrames, Path.GetFullPath(folder.Path));
        var inUse = await reindex.InUseAsync(cancel);
        // Before the work: a model that is not there must not be missed at its end.
        using var former = inUse is null || inUse.Id == next.Id ? null : Former(inUse, parsed.GetValue(s_former)).Load(engine);
        var reindexing = new Reindexing(reindex, stores);
        await using var encoding = new Reencoder(stores, model, media, featurize);

        var built = await BuildAsync(reindexing, next, encoding, cancel);
        var texts = parsed.GetValue(s_probes) is { Length: > 0 } given ? given : s_everyday;
        var probes = former is null ? [] : await reindexing.CompareAsync(next, model, former, texts, ComparedVideos, cancel);
        var switches = !parsed.GetValue(s_noSwitch) && (encoding.Failed.Count == 0 || parsed.GetValue(s_withoutFailed));
        if (switches)
            await reindexing.SwitchAsync(next, [.. encoding.Failed.Select(failure => failure.Video)], cancel);

        var report = new Report(alias, inUse?.Id, next.Id, built.Total, built.Before, built.Written, built.Segments, encoding.Failed,
            [.. probes.Select(probe => new Probe(probe.Name, probe.Overlap, probe.SameFirst, probe.Former, probe.Next))], switches,
            TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        if (parsed.GetValue(s_json))
            Output.Json(report);
        else
            Print(report);
        if (!switches && !parsed.GetValue(s_noSwitch))
            throw new UserException($"{encoding.Failed.Count} of {built.Total} videos cannot be encoded by {next.Id}, nothing was switched; remove them, or give --without-failed to find them no more");
    }

    private static async ValueTask<ReindexProgress> BuildAsync(Reindexing reindexing, IndexModel next, Reencoder encoding, CancellationToken cancel)
    {
        var (progress, started) = (new Progress(TimeProvider.System), TimeProvider.System.GetTimestamp());
        var built = await reindexing.BuildAsync(next, encoding, new Reporting<ReindexProgress>(state => progress.Show(Where(state, TimeProvider.System.GetElapsedTime(started)))), cancel);
        progress.Clear();
        return built;
    }

    private static string Where(ReindexProgress state, TimeSpan elapsed)
    {
        var left = state.Written == 0 ? "" : $", about {TimeSpan.FromSeconds(Math.Ceiling(elapsed.TotalSeconds / state.Written * (state.Total - state.Done - state.Skipped)))} left";
        var skipped = state.Skipped == 0 ? "" : $", {state.Skipped} cannot be encoded";
        return $"{state.Done} of {state.Total} videos are in the new index, {state.Before} of them from an earlier run{skipped}{left}";
    }

    private static ModelFolder Former(IndexModel inUse, string? given)
    {
        if (given is null && (inUse.Folder is null || !ModelFolder.IsModel(inUse.Folder)))
            throw new UserException($"the index was made with {inUse.Id}, which is not at {inUse.Folder ?? "any known folder"}; give it with --former, to compare both");
        var folder = ModelFolder.Find(given ?? inUse.Folder!, ModelChoice.Models);
        return folder.Id == inUse.Id ? folder : throw new UserException($"{folder.Path}: holds {folder.Id}, the index was made with {inUse.Id}; give that one with --former");
    }

    private static void Print(Report report)
    {
        if (report.Probes.Count > 0)
        {
            var table = new Table().Border(TableBorder.None).AddColumn("probe").AddColumn($"of the first {ComparedVideos} found by both", c => c.RightAligned()).AddColumn("same first");
            foreach (var probe in report.Probes)
                table.AddRow(Markup.Escape(FilePaths.OneLine(probe.Text)), probe.Overlap.ToString("P0", CultureInfo.InvariantCulture), probe.SameFirst ? "yes" : "no");
            AnsiConsole.Write(table);
        }
        foreach (var failure in report.Failed)
            Console.WriteLine($"cannot be encoded: {FilePaths.OneLine(failure.Name)} ({failure.Reason})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{report.Index}: {report.Written} videos ({report.Segments} segments) written, {report.Before} there already, {report.Failed.Count} failed, in {report.Seconds:F1} s"));
        Console.WriteLine(report.Switched
            ? $"searches are answered by {report.Next} now{(report.Former is null || report.Former == report.Next ? "" : $"; '--rollback' goes back to {report.Former}")}"
            : $"nothing was switched: searches are answered by {report.Former ?? "nothing"} as before");
    }

    private static void Print(RolledBack rolled, bool json)
    {
        if (json)
            Output.Json(rolled);
        else
            Console.WriteLine($"{rolled.Index}: searches are answered by {rolled.Model} again{(rolled.Lacking == 0 ? "" : $"; {rolled.Lacking} videos indexed since are not among what it finds: 'tcmgc reindex' with that model adds them")}");
    }
}
