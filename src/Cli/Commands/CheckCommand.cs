using System.CommandLine;
using TcMgc.Hosting;
using TcMgc.Stores;
using TcMgc.Stores.Maintenance;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc check</c>: compares log, catalog, index and blobs (docs/reliability.md).</summary>
internal static class CheckCommand
{
    private static readonly Option<bool> s_repair =
        NewOption.Flag("--repair", "Rebuild what can be: entries of the catalog, and segments. No service may run.");
    private static readonly Option<bool> s_quick = NewOption.Flag(
        "--quick", "Compare the sizes of originals, do not read their contents.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_model = ModelOption.Create();
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    private sealed record Report(bool Ok, IReadOnlyList<Finding> Findings, int Repaired);

    public static Command Create()
    {
        var command = new Command("check",
            "Compare the event log with catalog, index and blobs; exits with 0 where all is well, else with 1.")
        {
            s_repair, s_quick, s_data, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_set, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var (repair, json) = (parsed.GetValue(s_repair), parsed.GetValue(s_json));
            var builder = CommandSettings.CreateBuilder(
                [.. SettingOption.Given(parsed, s_data, "Data"), .. SettingOption.Given(parsed, s_set)], "tcmgc-check");
            await using var stores = await Storage.OpenAsync(builder.Configuration, forWork: repair, TimeProvider.System, cancel);
            var findings = await FindAsync(stores, !parsed.GetValue(s_quick), cancel);
            var repaired = 0;
            if (repair && findings.Exists(finding => finding.CanBeRebuilt))
            {
                await RebuildCommand.RunAsync(stores, builder.Configuration, parsed.GetValue(s_model), ComputeChoice.Of(parsed),
                    all: false, cancel);
                var before = findings.Count;
                findings = await FindAsync(stores, !parsed.GetValue(s_quick), cancel);
                repaired = before - findings.Count;
            }
            Output.Write(new Report(findings.Count == 0, findings, repaired), json, Print);
            return findings.Count == 0 ? 0 : 1;
        });
        return command;
    }

    private static async Task<List<Finding>> FindAsync(Storage stores, bool readsContents, CancellationToken cancel)
    {
        var progress = new Progress(TimeProvider.System);
        var check = new StoreCheck(stores, TimeProvider.System)
        {
            ReadsContents = readsContents,
            Progress = new Training.Reporting<(int Done, int Total)>(videos => progress.Show(
                $"checking: {videos.Done} of {videos.Total} videos", videos.Done, videos.Total)),
        };
        var findings = await check.RunAsync(cancel).ToListAsync(cancel);
        progress.Clear();
        return findings;
    }

    private static void Print(Report report)
    {
        foreach (var finding in report.Findings)
            Console.WriteLine(FilePaths.OneLine(finding.Text));
        if (report.Repaired > 0)
            Console.WriteLine($"{report.Repaired} repaired");
        var rebuildable = report.Findings.Any(finding => finding.CanBeRebuilt)
            ? "; 'tcmgc check --repair' rebuilds what can be" : "";
        Console.WriteLine(report.Ok ? "all is well" : $"{report.Findings.Count} found{rebuildable}");
    }
}
