using System.CommandLine;
using TcMgc.Hosting.Audit;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Kafka;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc replay</c>: sends dead letters again, or has failed videos processed again.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<string[]> s_videos = new("VIDEO")
    {
        Description = "Failed videos to process again, by id, title, file name or path; "
            + "without any, the dead letters are sent again.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<CollectionId> s_collection =
        CollectionOption.Create("The collection that the videos belong to.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_kafka = NewOption.Optional<string?>(
        "--kafka", "Brokers that keep the event log, instead of the folder of --data.", "HOST:PORT,...");
    private static readonly Option<string?> s_prefix = NewOption.Optional<string?>(
        "--kafka-prefix", "Prefix of topics and groups, as the services are set.", "TEXT");
    private static readonly Option<string[]> s_settings = new("--kafka-setting")
    {
        Description = "Setting of the client (security.protocol, sasl.*, ssl.* ...); may be repeated.",
        HelpName = "KEY=VALUE",
        Validators = { SettingOption.RequireKeyAndValue },
    };
    private static readonly Option<bool> s_list = NewOption.Flag("--list", "Only list the dead letters.");
    private static readonly Option<bool> s_json = NewOption.Json("Print the events as JSON.");

    public static Command Create()
    {
        var command = new Command("replay", "Send events again that were given up (dead letters), or try failed videos again.")
        {
            s_videos, s_collection, s_data, s_kafka, s_prefix, s_settings, s_list, s_json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_videos) is { Length: > 0 } && (result.GetValue(s_kafka) is not null || result.GetValue(s_list)))
                result.AddError(
                    "VIDEO goes with --data alone; with --kafka, POST /api/v1/videos/{id}/retry tries a video again.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(s_videos) is { Length: > 0 } videos)
            {
                var retried = await RetryAsync(parsed.GetValue(s_data)!, parsed.GetValue(s_collection), videos, cancel);
                Output.Write(retried, parsed.GetValue(s_json), Print);
                return;
            }
            var list = parsed.GetValue(s_list);
            var letters = parsed.GetValue(s_kafka) is { } servers
                ? await FromKafkaAsync(servers, parsed, list, cancel)
                : await FromFolderAsync(parsed.GetValue(s_data)!, list, cancel);
            if (!list && letters.Count > 0 && Directory.Exists(parsed.GetValue(s_data)))
                Audit.Of(parsed.GetValue(s_data)!).Tell(AuditActions.Replay, null, $"{letters.Count} dead letters");
            Output.Write(letters, parsed.GetValue(s_json), printed => Print(printed, list));
        });
        return command;
    }

    /// <summary>Has failed videos processed again by whoever works in the folder now or next.</summary>
    private static async Task<List<CatalogEntry>> RetryAsync(
        string path, CollectionId collection, string[] names, CancellationToken cancel)
    {
        using var folder = await DataFolder.OpenExistingAsync(path, TimeProvider.System, cancel);
        var retry = new VideoRetry(folder.Events, folder.Catalog, folder.Blobs, TimeProvider.System);
        var entries = await folder.Catalog.ListAsync(collection, cancel);
        var chosen = names.Select(name => VideoNames.Find(entries, name)).DistinctBy(entry => entry.Id).ToList();
        foreach (var entry in chosen)
            if (entry.State != VideoState.Failed)
                throw new UserException($"{FilePaths.Name(entry.Name)} ({entry.Id}) has not failed");
        var retried = new List<CatalogEntry>();
        foreach (var entry in chosen)
            if (await retry.RetryAsync(entry.Id, cancel) is { } now)
            {
                Audit.Of(folder.Path).Tell(AuditActions.Retry, entry.Id.Value, entry.Name);
                retried.Add(now);
            }
        return retried;
    }

    private static async Task<List<DeadLetter>> FromKafkaAsync(
        string servers, ParseResult parsed, bool list, CancellationToken cancel)
    {
        var options = new KafkaOptions
        {
            BootstrapServers = servers,
            Prefix = parsed.GetValue(s_prefix) ?? "",
            CreateTopics = false,
            ClientSettings = Settings(parsed.GetValue(s_settings) ?? []),
        };
        await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, cancel);
        return await ListOrReplayAsync(log, list, cancel);
    }

    private static async Task<List<DeadLetter>> FromFolderAsync(string path, bool list, CancellationToken cancel)
    {
        using var folder = await DataFolder.OpenExistingAsync(path, TimeProvider.System, cancel);
        return await ListOrReplayAsync(folder.Events, list, cancel);
    }

    private static ValueTask<List<DeadLetter>> ListOrReplayAsync(IEventLog log, bool list, CancellationToken cancel) =>
        (list ? log.DeadLettersAsync(cancel) : log.ReplayAsync(cancel)).ToListAsync(cancel);

    /// <summary>The settings by key; the last of several with the same key counts.</summary>
    private static Dictionary<string, string> Settings(string[] given)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in given.Select(text => text.Split('=', 2)))
            settings[setting[0]] = setting[1];
        return settings;
    }

    private static void Print(List<CatalogEntry> retried)
    {
        foreach (var entry in retried)
            Console.WriteLine(
                $"{FilePaths.Name(entry.Name)} ({entry.Id}) is processed again by 'tcmgc serve' or 'tcmgc index'");
    }

    private static void Print(List<DeadLetter> letters, bool list)
    {
        foreach (var letter in letters)
            Console.WriteLine(
                $"{letter.Time:u}  {letter.Partition} at {letter.Position}, {letter.Group}: {FilePaths.OneLine(letter.Reason)}");
        Console.WriteLine(
            letters.Count == 0 ? "nothing was given up" : list ? $"{letters.Count} given up" : $"{letters.Count} sent again");
    }
}
