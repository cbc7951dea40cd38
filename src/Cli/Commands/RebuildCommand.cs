using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using TcMgc.Cli.Pipeline;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Media;
using TcMgc.Model.Compute;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc rebuild</c>: makes catalog and index again from log and originals (docs/reliability.md).</summary>
internal static class RebuildCommand
{
    private static readonly Option<bool> s_all =
        NewOption.Flag("--all", "Encode all videos again, also those whose segments are all in the index.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_model = ModelOption.Create();
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("rebuild",
            "Make the catalog again from the event log, and what is missing in the index from the originals.")
        {
            s_all, s_data, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_set, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var builder = CommandSettings.CreateBuilder(
                [.. SettingOption.Given(parsed, s_data, "Data"), .. SettingOption.Given(parsed, s_set)], "tcmgc-rebuild");
            await using var stores = await Storage.OpenAsync(builder.Configuration, forWork: true, TimeProvider.System, cancel);
            var report = await RunAsync(stores, builder.Configuration, parsed.GetValue(s_model), ComputeChoice.Of(parsed),
                parsed.GetValue(s_all), cancel);
            Output.Write(report, parsed.GetValue(s_json), Print);
            return report.Failed.Count == 0 ? 0 : 1;
        });
        return command;
    }

    /// <summary>Rebuilds with progress on standard error.</summary>
    public static async Task<Rebuilding.Report> RunAsync(Storage stores, IConfiguration configuration, string? model,
        ComputeOptions compute, bool all, CancellationToken cancel)
    {
        var rebuilding = new Rebuilding(stores, Settings.Read<StorageOptions>(configuration).Data,
            Settings.Read<MediaOptions>(configuration, MediaOptions.Section),
            Settings.Read<FeaturizeOptions>(configuration, FeaturizeOptions.Section))
        {
            Model = model,
            Compute = compute,
        };
        var progress = new Progress(TimeProvider.System);
        var report = await rebuilding.RunAsync(
            all, (done, total) => progress.Show($"indexing again: {done} of {total} videos", done, total), cancel);
        progress.Clear();
        return report;
    }

    public static void Print(Rebuilding.Report report)
    {
        foreach (var failure in report.Failed)
            Console.WriteLine($"cannot be indexed again: {FilePaths.Name(failure.Name)} ({FilePaths.OneLine(failure.Reason)})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"the catalog is rebuilt; {report.Videos} videos are searchable, {report.Written} of them indexed again "
            + $"({report.Segments} segments), {report.Failed.Count} failed; segments of {report.Deleted} others deleted"));
    }
}
