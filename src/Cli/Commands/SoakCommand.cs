using System.CommandLine;
using TcMgc.Cli.Soak;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc soak</c>: uploads, searches and removals while faults strike, and a check of what was promised.</summary>
internal static class SoakCommand
{
    private const int Failed = 1, Interrupted = 130;

    private static readonly Option<double> s_minutes =
        NewOption.Number("--minutes", 10, 0.1, 10_000, "How long clients work; the check at the end comes on top.", "M");
    private static readonly Option<int> s_seed =
        NewOption.WithDefault("--seed", 1, "Seed of what clients do, and of the faults.");
    private static readonly Option<string> s_model = ModelOption.CreateTinyByDefault();
    private static readonly Option<string?> s_kafka = NewOption.Optional<string?>("--kafka",
        "Soak Ingest, Featurizer and Search as services: all brokers, as they tell clients (advertised.listeners).",
        "HOST:PORT,…");
    private static readonly Option<string?> s_qdrant =
        NewOption.Optional<string?>("--qdrant", "The gRPC interface of Qdrant, for the services' index.", "URL");
    private static readonly Option<double> s_session = NewOption.Number("--session-timeout", 45, 1.0, 3600,
        "How long the brokers wait for a member that does not answer (group.consumer.session.timeout.ms).", "SECONDS");
    private static readonly Option<string[]> s_set = SettingOption.Create();
    private static readonly Option<string?> s_folder = NewOption.Optional<string?>("--folder",
        "Folder to work in, empty or absent; it is kept. Default: a temporary one, kept only where something is broken.", "DIR");
    private static readonly Option<string?> s_report =
        NewOption.Optional<string?>("--report", "File that the report is written to as well, as JSON.", "FILE");
    private static readonly Option<bool> s_json = NewOption.Json("Print the report as JSON.");

    public static Command Create()
    {
        var command = new Command("soak",
            "Check that nothing is lost or doubled on this machine: uploads, searches and removals while faults strike.")
        {
            s_minutes, s_seed, s_model, s_kafka, s_qdrant, s_session, s_set, s_folder, s_report, s_json,
        };
        command.Validators.Add(given =>
        {
            if (given.GetValue(s_kafka) is null != given.GetValue(s_qdrant) is null)
                given.AddError("--kafka and --qdrant belong together: services need both.");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux())
            throw new UserException("tcmgc soak stops, limits and counts processes as Linux does; it runs on Linux only");
        var (time, seed) = (TimeProvider.System, parsed.GetValue(s_seed));
        var (folder, isOurs) = FolderOf(parsed.GetValue(s_folder));
        var clips = await Clips.DrawAsync(seed, Path.Combine(folder, "clips"), cancel);
        SoakReport report;
        await using (var installation = InstallationOf(parsed, folder, time))
        {
            var plan = SoakPlan.Of(seed, TimeSpan.FromMinutes(parsed.GetValue(s_minutes)), installation.Choices);
            report = await new SoakRun(installation, clips, plan, new(time), time).RunAsync(cancel);
        }
        if (isOurs && (report.Passed || report.Interrupted))
            Directory.Delete(folder, recursive: true);
        else
            report = report with { Folder = folder };
        if (parsed.GetValue(s_report) is { } file)
            await File.WriteAllTextAsync(file, Output.ToJson(report), CancellationToken.None);
        Output.Write(report, parsed.GetValue(s_json), written => written.Print());
        return report.Interrupted ? Interrupted : report.Passed ? 0 : Failed;
    }

    private static Installation InstallationOf(ParseResult parsed, string folder, TimeProvider time)
    {
        var (model, settings) = (ModelOption.Find(parsed.GetValue(s_model)!), parsed.GetValue(s_set) ?? []);
        if (parsed.GetValue(s_kafka) is not { } kafka)
            return Installation.Embedded(folder, model, settings, time);
        var session = TimeSpan.FromSeconds(parsed.GetValue(s_session));
        return Installation.Services(folder, model, new(kafka, parsed.GetValue(s_qdrant)!, session), settings, time);
    }

    private static (string Folder, bool IsOurs) FolderOf(string? given)
    {
        if (given is null)
            return (Directory.CreateTempSubdirectory("tcmgc-soak-").FullName, true);
        var folder = Directory.CreateDirectory(Path.GetFullPath(given));
        return folder.EnumerateFileSystemInfos().Any() ? throw new UserException($"{given}: is not empty; give another folder")
            : (folder.FullName, false);
    }
}
