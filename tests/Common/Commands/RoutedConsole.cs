using System.Text;
using Spectre.Console;

namespace TcMgc.Tests.Common.Commands;

/// <summary>
/// The console of this process while commands run in it: what a command writes, on whichever thread, goes to its own writers,
/// and all else where it went before.
/// </summary>
internal static class RoutedConsole
{
    private static readonly AsyncLocal<(TextWriter Output, TextWriter Errors)?> s_route = new();

    static RoutedConsole()
    {
        var output = new Routed(() => s_route.Value?.Output, Console.Out);
        Console.SetOut(output);
        Console.SetError(new Routed(() => s_route.Value?.Errors, Console.Error));
        AnsiConsole.Console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(output) });
    }

    /// <summary>Gives the calling flow, and what it starts from now on, writers of its own.</summary>
    public static void Route(TextWriter output, TextWriter errors) => s_route.Value = (output, errors);

    private sealed class Routed(Func<TextWriter?> route, TextWriter otherwise) : TextWriter
    {
        public override Encoding Encoding => otherwise.Encoding;

        private TextWriter Target => route() ?? otherwise;

        public override void Write(char value) => Target.Write(value);

        public override void Write(string? value) => Target.Write(value);

        public override void Write(char[] buffer, int index, int count) => Target.Write(buffer, index, count);

        public override void Flush() => Target.Flush();
    }
}
