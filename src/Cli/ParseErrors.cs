using System.CommandLine;
using System.Text.RegularExpressions;

namespace TcMgc.Cli;

/// <summary>What the parser finds wrong, without its names of types.</summary>
internal static partial class ParseErrors
{
    /// <summary>Whether a message is about a value that is of another kind than its option takes.</summary>
    public static bool IsOfValue(string message) => OfValue().IsMatch(message);

    /// <summary>The message as people read it, on one line.</summary>
    public static string Plain(string message, Command root)
    {
        if (OfValue().Match(message) is not { Success: true } found)
            return message.ReplaceLineEndings(" ");
        var name = found.Groups["name"].Value;
        var type = Options(root).First(option => option.Name == name || option.Aliases.Contains(name)).ValueType;
        return $"{name} is '{found.Groups["given"].Value}'; it must be {KindOf(type)}.";
    }

    private static string KindOf(Type type)
    {
        var kind = Nullable.GetUnderlyingType(type) ?? type.GetElementType() ?? type;
        if (kind.IsEnum)
            return $"one of {string.Join(", ", Enum.GetNames(kind)).ToLowerInvariant()}";
        if (kind == typeof(bool))
            return "true or false";
        return kind == typeof(int) || kind == typeof(long) ? "a whole number" : "a number";
    }

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command.Subcommands.SelectMany(Options));

    [GeneratedRegex("^Cannot parse argument '(?<given>.*)' for option '(?<name>[^']*)' as expected type '")]
    private static partial Regex OfValue();
}
