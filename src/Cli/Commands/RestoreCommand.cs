using System.CommandLine;
using System.Globalization;
using TcMgc.Stores.Maintenance;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc restore</c>: makes a data folder from a backup (docs/reliability.md).</summary>
internal static class RestoreCommand
{
    private static readonly Argument<string> s_folder = new("FOLDER") { Description = "The backup." };
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("restore", "Make a data folder from a backup; it must be empty, or not there yet.")
        {
            s_folder, s_data, s_json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var progress = new Progress(TimeProvider.System);
            var report = await new Restoring(TimeProvider.System).RunAsync(parsed.GetValue(s_folder)!, parsed.GetValue(s_data)!,
                BackupCommand.ReportingTo(progress), cancel);
            progress.Clear();
            Output.Write(report, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static void Print(BackupReport report) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{FilePaths.Name(report.Folder)}: {report.Videos} videos as of {report.Taken:u} are restored; "
        + $"{report.Copied:N0} bytes copied now"));
}
