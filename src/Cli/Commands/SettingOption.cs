using System.CommandLine;
using System.CommandLine.Parsing;

namespace TcMgc.Cli.Commands;

/// <summary>The option that gives any setting of appsettings.json, and other options as the settings they stand for.</summary>
internal static class SettingOption
{
    public static Option<string[]> Create() => new("--set")
    {
        Description = "Any other setting, as in appsettings.json: Search:Candidates=200.",
        HelpName = "KEY=VALUE",
        Validators = { RequireKeyAndValue },
    };

    /// <summary>
    /// An option as a setting. The command line takes precedence over environment and files; an option's default does not.
    /// </summary>
    public static IEnumerable<string> Given<T>(ParseResult parsed, Option<T> option, string key) =>
        parsed.GetResult(option) is { Implicit: false } ? [$"--{key}={parsed.GetValue(option)}"] : [];

    /// <summary>The settings that were given by <paramref name="set"/>.</summary>
    public static IEnumerable<string> Given(ParseResult parsed, Option<string[]> set) =>
        (parsed.GetValue(set) ?? []).Select(setting => $"--{setting}");

    /// <summary>Refuses values of an option that are not KEY=VALUE.</summary>
    public static void RequireKeyAndValue(OptionResult result)
    {
        if (result.Tokens.Any(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1))
            result.AddError($"{result.Option.Name} must be KEY=VALUE."); // What was given may be a secret.
    }
}
