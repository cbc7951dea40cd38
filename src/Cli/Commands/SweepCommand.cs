using System.CommandLine;
using TcMgc.Hosting;
using TcMgc.Shared.Blobs;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc sweep</c>: removes blobs that no video needs any more (docs/blobs.md).</summary>
internal static class SweepCommand
{
    private static readonly Option<double> s_hours = NewOption.Number(
        "--hours", 24, 1.0, 10_000, "Keep what was written within so many hours: an upload may still use it.", "N");
    private static readonly Option<bool> s_dryRun = NewOption.Flag("--dry-run", "Only list what would be removed.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    private sealed record Report(bool DryRun, double Hours, int Orphans, long Bytes, IReadOnlyList<BlobInfo> Blobs);

    public static Command Create()
    {
        var command = new Command("sweep", "Remove blobs that no video needs any more.")
        {
            s_hours, s_dryRun, s_data, s_set, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var (hours, dryRun, json) = (parsed.GetValue(s_hours), parsed.GetValue(s_dryRun), parsed.GetValue(s_json));
            var builder = CommandSettings.CreateBuilder(
                [.. SettingOption.Given(parsed, s_data, "Data"), .. SettingOption.Given(parsed, s_set)], "tcmgc-sweep");
            await using var stores = await Storage.OpenAsync(builder.Configuration, forWork: false, TimeProvider.System, cancel);
            var sweep = new OrphanSweep(stores.Blobs, stores.Events, stores.Catalog, TimeProvider.System);
            var orphans = new List<BlobInfo>();
            await foreach (var orphan in sweep.RunAsync(TimeSpan.FromHours(hours), dryRun, cancel))
            {
                orphans.Add(orphan);
                if (!json)
                    Console.WriteLine($"{orphan.Written:u}  {orphan.Bytes,14:N0}  {orphan.Name}");
            }
            Output.Write(new Report(dryRun, hours, orphans.Count, orphans.Sum(orphan => orphan.Bytes), orphans), json, Print);
        });
        return command;
    }

    private static void Print(Report report) => Console.WriteLine(
        $"{report.Orphans} blobs ({report.Bytes:N0} bytes) {(report.DryRun ? "would be removed" : "removed")}");
}
