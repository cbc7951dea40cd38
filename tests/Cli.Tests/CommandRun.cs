using Spectre.Console;

namespace TcMgc.Cli.Tests;

/// <summary>Runs the command line in this process; classes that use it belong to the <see cref="ConsoleCollection"/>.</summary>
internal static class CommandRun
{
    public static async Task<(int Status, string Output, string Errors)> Of(params string[] arguments)
    {
        var (before, errorsBefore) = (Console.Out, Console.Error);
        using StringWriter output = new(), errors = new();
        Console.SetOut(output);
        Console.SetError(errors);
        // Otherwise it would keep the first writer.
        AnsiConsole.Console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output) });
        try
        {
            return (await CommandLine.RunAsync(arguments), output.ToString(), errors.ToString());
        }
        finally
        {
            Console.SetOut(before);
            Console.SetError(errorsBefore);
        }
    }
}
