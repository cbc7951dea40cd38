using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TcMgc.Cli.Pipeline;
using TcMgc.Cli.Serving;
using TcMgc.Cli.Traces;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest;
using TcMgc.Ingest.Api;
using TcMgc.Model.Store;
using TcMgc.Search;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc serve</c>: ingest, featurizer and search in one process, with the model loaded once.</summary>
internal static class ServeCommand
{
    private static readonly Option<int> s_traces = new Option<int>("--traces")
    {
        Description = "Show traces in a browser: starts the Aspire dashboard on loopback, fetched from NuGet at first use. "
            + "Default PORT: a free one.",
        HelpName = "PORT",
        Arity = ArgumentArity.ZeroOrOne,
    }.Between(0, ushort.MaxValue);

    private static readonly Option<bool> s_open = NewOption.Flag("--open", "Open the page in a browser.");

    private static readonly Option<bool> s_insecure =
        NewOption.Flag("--insecure", "Let everyone in without a key, also from other machines (docs/security.md).");

    private static readonly Option<string[]> s_set = SettingOption.Create();

    public static Command Create()
    {
        var (data, model) = (DataOption.Create(), ModelOption.Create());
        var command = new Command("serve", "Take uploads, index them and answer searches over HTTP until stopped.")
        {
            data, model, ListeningOptions.Host, ListeningOptions.Port, ListeningOptions.Urls, s_open, ComputeChoice.Device,
            ComputeChoice.Precision, s_insecure, s_traces, s_set,
        };
        command.Validators.Add(ListeningOptions.Validate);
        command.SetAction((parsed, cancel) =>
        {
            string[] settings = [.. SettingOption.Given(parsed, data, "Data"), .. SettingOption.Given(parsed, model, "Model"),
                .. SettingOption.Given(parsed, ComputeChoice.Device, "Device"),
                .. SettingOption.Given(parsed, ComputeChoice.Precision, "Precision"),
                .. ListeningOptions.Given(parsed),
                .. parsed.GetValue(s_insecure) ? ["--Access:Keys", "never"]
                    : Array.Empty<string>(), .. SettingOption.Given(parsed, s_set)];
            int? tracesPort = parsed.GetResult(s_traces) is null ? null : parsed.GetValue(s_traces);
            return RunAsync(settings, tracesPort, parsed.GetValue(s_open), cancel);
        });
        return command;
    }

    private static async Task RunAsync(string[] settings, int? tracesPort, bool open, CancellationToken cancel)
    {
        await using var traces = tracesPort is { } port ? await TraceDashboard.StartAsync(port, cancel) : null;
        if (traces is not null)
            await Console.Out.WriteLineAsync($"traces at {traces.Url}");
        string[] given = [.. settings, .. traces?.Settings ?? []];
        for (string[]? again = []; again is not null; open = false)
            again = await RunOnceAsync([.. given, .. again], open, cancel);
    }

    /// <summary>Runs the service until it is stopped, or until another model takes the place of the one it has.</summary>
    /// <returns>What to start it with again, beside the settings; null where it was stopped.</returns>
    private static async Task<string[]?> RunOnceAsync(string[] settings, bool open, CancellationToken cancel)
    {
        var builder = CommandSettings.CreateBuilder(settings, "tcmgc").RequireFreeAddresses();
        // A line for each event of each video is for services: the page, audit.jsonl and `--traces` tell it here.
        foreach (var told in new[] { typeof(EventConsumer).FullName, AuditLog.Category })
            builder.Logging.AddFilter<ConsoleLoggerProvider>(told, LogLevel.Warning);
        var stores = await builder.AddStorageAsync(forWork: true, cancel);
        await ModelChangeLog.AppendAsync(stores, cancel); // Where the last start of this kind was interrupted.
        var options = Settings.Read<ModelOptions>(builder.Configuration);
        var data = Settings.Read<StorageOptions>(builder.Configuration).Data;
        var folder = await ModelChoice.OfAsync(options.Model, stores.Index, data, cancel);
        var model = folder.Load(options.ToCompute());
        builder.Services.AddSingleton(_ => model); // By a factory: then the host disposes of it.
        builder.AddUploads();
        builder.AddRemoval();
        builder.AddDecoding(model.FrameSide);
        builder.AddFeaturizing(Path.GetFullPath(folder.Path));
        builder.AddSearch();
        builder.AddServing(options);

        await using var app = builder.BuildService();
        ModelChoice.Introduce(folder); // Nothing is refused any more.
        app.MapUploadApi();
        app.MapSearchApi();
        app.MapServing();
        if (open)
            app.Lifetime.ApplicationStarted.Register(() => _ = OpenAsync(app.Urls.First()));
        await app.RunUntilStoppedAsync(cancel);
        var change = app.Services.GetRequiredService<ModelSwitch>();
        if (!change.IsComplete || cancel.IsCancellationRequested)
            return null;
        var other = await change.TakePlaceAsync(cancel);
        // A free port that was found stays the same; every other address is as it was given.
        var urls = Settings.Read<ServiceOptions>(builder.Configuration).Urls;
        return ["--Model", other.Path,
            "--Urls", urls.Contains(":0", StringComparison.Ordinal) ? string.Join(';', app.Urls) : urls];
    }

    /// <summary>Opens an address with the system's program for it.</summary>
    private static async Task OpenAsync(string url)
    {
        try
        {
            // On Linux this is xdg-open, which writes a line for each browser that it did not find.
            using var opening = Process.Start(OperatingSystem.IsLinux()
                ? new ProcessStartInfo("sh", ["-c", "xdg-open \"$0\" > /dev/null 2>&1", url])
                : new ProcessStartInfo(url) { UseShellExecute = true });
            if (!OperatingSystem.IsLinux())
                return;
            await opening!.WaitForExitAsync();
            if (opening.ExitCode != 0)
                TellAddress();
        }
        catch (Win32Exception)
        {
            TellAddress();
        }

        void TellAddress() => Console.Error.WriteLine($"tcmgc: no browser can be started here; the page is at {url}");
    }
}
