using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace TcMgc.Cli;

/// <summary>What the parser finds wrong, without its names of types.</summary>
internal static partial class ParseErrors
{
    /// <summary>What values are called that may be empty: no path, name or number is.</summary>
    private const string Text = "TEXT";

    /// <summary>Everything that is wrong, each in a sentence on one line.</summary>
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var empty = parsed.CommandResult.Children.Where(IsEmpty).Select(child => $"{NameOf(child)} is empty.").ToList();
        return empty.Count > 0 ? empty : parsed.Errors.Select(error => Plain(error.Message, parsed.CommandResult));
    }

    private static bool IsEmpty(SymbolResult given) => given.Tokens.Any(token => token.Value.Length == 0)
        && (given is OptionResult { Option.HelpName: not Text } or ArgumentResult { Argument.Name: not Text });

    private static string NameOf(SymbolResult given) =>
        given is OptionResult { Option.Name: var option } ? option : ((ArgumentResult)given).Argument.Name;

    private static string Plain(string message, CommandResult given)
    {
        if (Missing().Match(message) is { Success: true, Groups: var missing })
            return missing["option"].Success
                ? $"{missing["option"].Value} needs {Option(given, missing["option"].Value).HelpName ?? "a value"} after it."
                : $"{string.Join(", ", ArgumentsMissing(given))} is missing.";
        if (NoneOf().Match(message) is { Success: true, Groups: var none })
            return Unlike(none["given"].Value, none["value"].Captures.Select(value => value.Value).ToList());
        if (OfValue().Match(message) is { Success: true, Groups: var value })
            return $"{value["name"].Value} is '{value["given"].Value}'; it must be "
                + $"{(value["given"].ValueSpan.ContainsAnyExceptInRange('0', '9')
                    ? KindOf(Option(given, value["name"].Value).ValueType) : "a smaller number")}.";
        return message.ReplaceLineEndings(" ");
    }

    private static string Unlike(string given, IReadOnlyList<string> values) =>
        Typos.Nearest(given, values) is { } meant ? $"'{given}' is none of {string.Join(", ", values)}; did you mean '{meant}'?"
            : $"'{given}' is none of {string.Join(", ", values)}.";

    private static IEnumerable<string> ArgumentsMissing(CommandResult given) => given.Command.Arguments
        .Where(argument => argument.Arity.MinimumNumberOfValues > (given.GetResult(argument)?.Tokens.Count ?? 0))
        .Select(argument => argument.Name);

    private static string KindOf(Type type)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
        if (kind.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(kind)).ToLowerInvariant()}";
        if (kind == typeof(bool))
            return "true or false";
        return kind == typeof(int) || kind == typeof(long) ? "a whole number" : "a number";
    }

    private static Option Option(CommandResult given, string name) =>
        given.Command.Options.First(option => option.Name == name || option.Aliases.Contains(name));

    [GeneratedRegex("^Required argument missing for (option: '(?<option>[^']*)'|command: )")]
    private static partial Regex Missing();

    [GeneratedRegex(@"^Argument '(?<given>.*)' not recognized\. Must be one of:(\s+'(?<value>[^']*)')+")]
    private static partial Regex NoneOf();

    [GeneratedRegex("^Cannot parse argument '(?<given>.*)' for option '(?<name>[^']*)' as expected type '")]
    private static partial Regex OfValue();
}
