using System.CommandLine;
using TcMgc.Hosting;
using TcMgc.Shared.Blobs;
using TcMgc.Stores;
using TcMgc.Stores.Blobs;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc sweep</c>: removes blobs that no video needs any more (docs/blobs.md).</summary>
internal static class SweepCommand
{
    private const double DefaultHours = 24, MostHours = 10_000;

    private sealed record Report(bool DryRun, double Hours, int Orphans, long Bytes, IReadOnlyList<BlobInfo> Blobs);

    public static Command Create()
    {
        var (data, set) = (DataOption.Create(), SettingOption.Create());
        var hours = new Option<double>(
            "--hours")
        {
            Description = "Leave alone what was written within so many hours: uploads may be at it.",
            HelpName = "N",
            DefaultValueFactory = _ => DefaultHours
        }
            .Between(1.0, MostHours);
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list what would be removed." };
        var json = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command(
            "sweep", "Remove what the blob store holds and no video needs any more.") { hours, dryRun, data, set, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var builder = ServiceProgram.CreateBuilder(
                [.. SettingOption.Given(parsed, data, "Data"), .. SettingOption.Given(parsed, set)], "tcmgc-sweep");
            await using var stores = await Storage.OpenAsync(builder.Configuration, forWork: false, TimeProvider.System, cancel);
            var sweep = new OrphanSweep(stores.Blobs, stores.Events, stores.Catalog, TimeProvider.System);
            var orphans = new List<BlobInfo>();
            await foreach (var orphan in sweep.RunAsync(
                TimeSpan.FromHours(parsed.GetValue(hours)), parsed.GetValue(dryRun), cancel))
            {
                orphans.Add(orphan);
                if (!parsed.GetValue(json))
                    Console.WriteLine($"{orphan.Written:u}  {orphan.Bytes,14:N0}  {orphan.Name}");
            }
            var report = new Report(
                parsed.GetValue(dryRun), parsed.GetValue(hours), orphans.Count, orphans.Sum(orphan => orphan.Bytes), orphans);
            if (parsed.GetValue(json))
                Output.Json(report);
            else
                Console.WriteLine(
                    $"{report.Orphans} blobs ({report.Bytes:N0} bytes) {(report.DryRun ? "would be removed" : "removed")}");
        });
        return command;
    }
}
