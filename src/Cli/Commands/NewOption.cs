using System.CommandLine;
using System.Numerics;

namespace TcMgc.Cli.Commands;

/// <summary>Short forms to declare options.</summary>
internal static class NewOption
{
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<bool> Json(string description = "Print JSON.") => Flag("--json", description);

    public static Option<string> Required(string name, string valueName, string description) =>
        new(name) { Description = description, HelpName = valueName, Required = true };

    /// <summary>An option without a default: its value is null, or default(T), where it is not given.</summary>
    public static Option<T> Optional<T>(string name, string description, string? valueName = null) =>
        new(name) { Description = description, HelpName = valueName ?? NumberName<T>() };

    public static Option<T> WithDefault<T>(string name, T value, string description, string? valueName = null) =>
        new(name) { Description = description, HelpName = valueName ?? NumberName<T>(), DefaultValueFactory = _ => value };

    /// <summary>One of a few values; by default the first of them, which is the type's own default.</summary>
    public static Option<T> Choice<T>(string name, string description) where T : struct, Enum =>
        OneOf<T, T>(name, $"{description} [default: {default(T).ToString().ToLowerInvariant()}]");

    /// <summary>
    /// A few values in lower case, as users type them; the parser would show them as they are called in the code.
    /// <typeparamref name="TValue"/> is <c>T?</c> for one that may be lacking, <c>T[]</c> for several.
    /// </summary>
    public static Option<TValue> OneOf<T, TValue>(string name, string description) where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(each => each.ToLowerInvariant())];
        var option = new Option<TValue>(name) { Description = description, HelpName = string.Join('|', names) };
        option.CompletionSources.Clear();
        option.CompletionSources.Add(names);
        return option;
    }

    private static string? NumberName<T>()
    {
        var type = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        return type == typeof(int) || type == typeof(long) ? "N"
            : type == typeof(double) || type == typeof(float) ? "NUMBER" : null;
    }

    /// <summary>A number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Number<T>(string name, T value, T least, T most, string description, string? valueName = null)
        where T : struct, INumber<T> => WithDefault(name, value, description, valueName).Between(least, most);

    /// <summary>Several values after one name; none by default.</summary>
    public static Option<T[]> List<T>(string name, string description, string valueName) =>
        new(name) { Description = description, HelpName = valueName, AllowMultipleArgumentsPerToken = true };

    /// <summary>Several numbers after one name, each from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T[]> Numbers<T>(string name, T[] value, T least, T most, string description)
        where T : struct, INumber<T>
    {
        var option = List<T>(name, description, "N").EachBetween(least, most);
        option.DefaultValueFactory = _ => value;
        return option;
    }
}
