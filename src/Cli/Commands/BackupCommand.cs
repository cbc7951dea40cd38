using System.CommandLine;
using System.Globalization;
using TcMgc.Hosting;
using TcMgc.Stores;
using TcMgc.Stores.Maintenance;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc backup</c>: copies a data folder while it is in use (docs/reliability.md).</summary>
internal static class BackupCommand
{
    private static readonly Argument<string> s_folder = new("FOLDER")
    {
        Description = "Where to; an earlier backup there is brought up to date.",
    };

    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("backup", "Copy a data folder as it is at one moment; services may go on.")
        {
            s_folder, s_data, s_set, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var builder = CommandSettings.CreateBuilder(
                [.. SettingOption.Given(parsed, s_data, "Data"), .. SettingOption.Given(parsed, s_set)], "tcmgc-backup");
            await using var stores = await Storage.OpenAsync(builder.Configuration, forWork: false, TimeProvider.System, cancel);
            var progress = new Progress(TimeProvider.System);
            var report = await new Backup(stores, TimeProvider.System).RunAsync(
                parsed.GetValue(s_folder)!, ReportingTo(progress), cancel);
            progress.Clear();
            Output.Write(report, parsed.GetValue(s_json), Print);
            return report.Missing.Count == 0 ? 0 : 1;
        });
        return command;
    }

    /// <summary>Shows how many bytes are copied.</summary>
    public static IProgress<CopyProgress> ReportingTo(Progress progress) =>
        new Training.Reporting<CopyProgress>(copied => progress.Show(string.Create(CultureInfo.InvariantCulture,
            $"copying: {copied.Bytes:N0} of {copied.Total:N0} bytes of originals"), copied.Bytes, copied.Total));

    private static void Print(BackupReport report)
    {
        foreach (var line in report.Missing)
            Console.WriteLine(FilePaths.OneLine(line));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{FilePaths.Name(report.Folder)}: "
            + $"{report.Videos} videos as of {report.Taken:u}; {report.Bytes:N0} bytes of originals, "
            + $"{report.Copied:N0} copied now"));
        if (report.Outside > 0)
            Console.WriteLine($"{report.Outside} originals are files outside of the data folder, and not in the backup");
    }
}
