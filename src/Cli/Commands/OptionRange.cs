using System.CommandLine;
using System.Numerics;

namespace TcMgc.Cli.Commands;

/// <summary>Options with a range: outside it the command line is refused with the range.</summary>
internal static class OptionRange
{
    public static Option<T> Between<T>(this Option<T> option, T least, T most) where T : struct, INumber<T>
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.Tokens.Count == 0)
                return;
            var value = result.GetValueOrDefault<T>();
            if (value < least || value > most)
                result.AddError($"{option.Name} is {value}; it must be from {least} to {most}.");
        });
        return option;
    }
}
