using System.CommandLine;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Shared;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc keys</c>: makes, lists, rotates and revokes the keys of a service (docs/security.md).</summary>
internal static class KeysCommand
{
    private static readonly Argument<string> s_name = new("NAME") { Description = "What the key is called in lists and logs." };
    private static readonly Argument<string> s_id = new("ID") { Description = "The key's id, as 'tcmgc keys list' shows it." };
    private static readonly Option<string[]> s_scopes = Allowed(NewOption.List<string>(
        "--scopes", $"What it may do: {string.Join(", ", Scopes.All)}. Default: search.", "SCOPE"));
    private static readonly Option<CollectionId> s_collection = CollectionOption.Create("The collection that it opens.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_file =
        NewOption.Optional<string?>("--file", "File of the keys; by default keys.json in the data folder.", "FILE");
    private static readonly Option<bool> s_json = NewOption.Json();

    /// <summary>A key without its hash; with its text where it was made just now.</summary>
    private sealed record Row(
        string Id, string Name, IReadOnlyList<string> Scopes, CollectionId Collection, DateTimeOffset Made,
        DateTimeOffset? Revoked, string? Key);

    public static Command Create() => new("keys", "Make, list, rotate and revoke the keys of a service.")
    {
        Of("add", "Make a key and print it, this once.", [s_name, s_scopes, s_collection], (parsed, keys, now) =>
            [RowOf(keys.Add(parsed.GetValue(s_name)!, ScopesOf(parsed), now, parsed.GetValue(s_collection)))],
            AuditActions.KeyAdd),
        Of("list", "List all keys, without their secrets.", [], (_, keys, _) => [.. keys.Keys.Select(key => RowOf((key, null)))]),
        Of("rotate", "Give a key another secret and print it, this once; the former one is no longer valid.", [s_id],
            (parsed, keys, now) => [RowOf(keys.Rotate(parsed.GetValue(s_id)!, now))], AuditActions.KeyRotate),
        Of("revoke", "Make a key invalid, at once.", [s_id],
            (parsed, keys, now) => [RowOf((keys.Revoke(parsed.GetValue(s_id)!, now), null))], AuditActions.KeyRevoke),
    };

    private static Command Of(
        string name, string description, Symbol[] own, Func<ParseResult, KeyFile, DateTimeOffset, IReadOnlyList<Row>> run,
        string? audited = null)
    {
        var command = new Command(name, description) { s_data, s_file, s_json };
        foreach (var symbol in own)
            if (symbol is Argument argument)
                command.Add(argument);
            else
                command.Add((Option)symbol);
        command.SetAction(parsed =>
        {
            var keys = new KeyFile(parsed.GetValue(s_file) ?? Path.Combine(parsed.GetValue(s_data)!, KeyFile.Name));
            var rows = run(parsed, keys, TimeProvider.System.GetUtcNow());
            if (audited is not null)
                Audit.Of(Path.GetDirectoryName(Path.GetFullPath(keys.Path))!)
                    .Tell(audited, null,
                        $"{rows[0].Id} {rows[0].Name} ({string.Join(' ', rows[0].Scopes)} in {rows[0].Collection})");
            Output.Write(rows, parsed.GetValue(s_json), Print);
        });
        return command;
    }

    private static string[] ScopesOf(ParseResult parsed) => parsed.GetValue(s_scopes) is { Length: > 0 } scopes
        ? [.. scopes.Distinct()]
        : [Scopes.Search];

    private static Option<string[]> Allowed(Option<string[]> scopes)
    {
        scopes.AcceptOnlyFromAmong([.. Scopes.All]);
        return scopes;
    }

    private static Row RowOf((ApiKey Key, string? Text) made) =>
        new(made.Key.Id, made.Key.Name, made.Key.Scopes, made.Key.Collection, made.Key.Made, made.Key.Revoked, made.Text);

    private static void Print(IReadOnlyList<Row> rows)
    {
        foreach (var row in rows)
            Console.WriteLine($"{row.Id}  {row.Made:u}  {(row.Revoked is { } when ? $"revoked {when:u}" : "valid")}  "
                + $"{string.Join(',', row.Scopes)}  {row.Collection}  {FilePaths.OneLine(row.Name)}");
        foreach (var row in rows)
            if (row.Key is { } text)
            {
                Console.WriteLine(text);
                Console.Error.WriteLine("tcmgc: keep it: it is not shown again. Send it as 'Authorization: Bearer KEY'.");
            }
    }
}
