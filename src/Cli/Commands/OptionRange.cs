using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace TcMgc.Cli.Commands;

/// <summary>Options with a range: a value outside it is refused with an error that states the range.</summary>
internal static class OptionRange
{
    public static Option<T> Between<T>(this Option<T> option, T least, T most) where T : struct, INumber<T>
    {
        Require(option, least, most);
        return option;
    }

    /// <summary>The same for every number of an option that takes several.</summary>
    public static Option<T[]> EachBetween<T>(this Option<T[]> option, T least, T most) where T : struct, INumber<T>
    {
        Require(option, least, most);
        return option;
    }

    private static void Require<T>(Option option, T least, T most) where T : struct, INumber<T> => option.Validators.Add(result =>
    {
        // The parser itself reports values that are not numbers.
        foreach (var token in result.Tokens)
            if (T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && !(value >= least && value <= most))
                result.AddError($"{option.Name} is {value}; it must be from {least} to {most}.");
    });
}
