using System.CommandLine;
using System.CommandLine.Parsing;

namespace TcMgc.Cli.Commands;

/// <summary>The option that gives any setting of appsettings.json, and what becomes of the others.</summary>
internal static class SettingOption
{
    public static Option<string[]> Create()
    {
        var set = new Option<string[]>(
            "--set")
        {
            Description = "Any other setting, as in appsettings.json: Search:Candidates=200.",
            HelpName = "KEY=VALUE"
        };
        set.Validators.Add(RefuseWhatIsNoSetting);
        return set;
    }

    /// <summary>
    /// An option as the setting that it stands for. What stands on the command line goes before environment and files; a default
    /// does not.
    /// </summary>
    public static IEnumerable<string> Given<T>(ParseResult parsed, Option<T> option, string key) =>
        parsed.GetResult(option) is { Implicit: false } ? [$"--{key}={parsed.GetValue(option)}"] : [];

    /// <summary>The settings that were given by <paramref name="set"/>.</summary>
    public static IEnumerable<string> Given(ParseResult parsed, Option<string[]> set) =>
        (parsed.GetValue(set) ?? []).Select(setting => $"--{setting}");

    private static void RefuseWhatIsNoSetting(OptionResult result)
    {
        foreach (var token in result.Tokens.Where(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            result.AddError($"--set '{token.Value}' is no KEY=VALUE.");
    }
}
