using System.CommandLine;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc replay</c>: sends again what was given up.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var data = DataOption.Create();
        var kafka = new Option<string?>(
            "--kafka")
        {
            Description = "Brokers that keep the event log, instead of the folder of --data.",
            HelpName = "HOST:PORT,..."
        };
        var prefix = new Option<string?>(
            "--kafka-prefix")
        { Description = "Prefix of topics and groups, as the services are set.", HelpName = "TEXT" };
        var settings = new Option<string[]>(
            "--kafka-setting")
        {
            Description = "Setting of the client (security.protocol, sasl.*, ssl.* ...); may be repeated.",
            HelpName = "KEY=VALUE"
        };
        var list = new Option<bool>("--list") { Description = "Only list what was given up." };
        var json = new Option<bool>("--json") { Description = "Print the events as JSON." };
        settings.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
                result.AddError($"--kafka-setting is '{token.Value}'; it must be KEY=VALUE.");
        });
        var command = new Command(
            "replay", "Send events again that were given up (dead letters).") { data, kafka, prefix, settings, list, json };
        command.SetAction(async (parsed, cancel) =>
        {
            List<DeadLetter> letters;
            if (parsed.GetValue(kafka) is { } servers)
            {
                var options = new KafkaOptions
                {
                    BootstrapServers = servers,
                    Prefix = parsed.GetValue(prefix) ?? "",
                    CreateTopics = false,
                    ClientSettings = Settings(parsed.GetValue(settings))
                };
                await using var log = await KafkaEventLog.OpenAsync(options, TimeProvider.System, cancel);
                letters = await TakeAsync(log, parsed.GetValue(list), cancel);
            }
            else
            {
                using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
                letters = await TakeAsync(folder.Events, parsed.GetValue(list), cancel);
            }
            Print(letters, parsed.GetValue(list), parsed.GetValue(json));
        });
        return command;
    }

    private static ValueTask<List<DeadLetter>> TakeAsync(IEventLog log, bool list, CancellationToken cancel) =>
        (list ? log.DeadLettersAsync(cancel) : log.ReplayAsync(cancel)).ToListAsync(cancel);

    private static Dictionary<string, string> Settings(string[]? given)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var setting in given ?? [])
            settings[setting[..setting.IndexOf('=', StringComparison.Ordinal)]] =
                setting[(setting.IndexOf('=', StringComparison.Ordinal) + 1)..];
        return settings;
    }

    private static void Print(List<DeadLetter> letters, bool list, bool json)
    {
        if (json)
        {
            Output.Json(letters);
            return;
        }
        foreach (var letter in letters)
            Console.WriteLine(
                $"{letter.Time:u}  {letter.Partition} at {letter.Position}, {letter.Group}: {FilePaths.OneLine(letter.Reason)}");
        Console.WriteLine(
            letters.Count == 0 ? "nothing was given up" : list ? $"{letters.Count} given up" : $"{letters.Count} sent again");
    }
}
