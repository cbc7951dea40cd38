using System.CommandLine;
using System.Globalization;
using System.Numerics;

namespace TcMgc.Cli.Commands;

/// <summary>Options with a range: outside it the command line is refused with the range.</summary>
internal static class OptionRange
{
    public static Option<T> Between<T>(this Option<T> option, T least, T most) where T : struct, INumber<T>
    {
        option.Validators.Add(result =>
        {
            // What is no number is told by the parser.
            if (result.Tokens is [var token] && T.TryParse(token.Value, CultureInfo.InvariantCulture, out var value) && (value < least || value > most))
                result.AddError($"{option.Name} is {value}; it must be from {least} to {most}.");
        });
        return option;
    }
}
