using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Spectre.Console;
using TcMgc.Cli.Commands;
using TcMgc.Model;
using TcMgc.Shared;

namespace TcMgc.Cli;

/// <summary>The command tree, and the one place where errors become a message and an exit status.</summary>
internal static class CommandLine
{
    private const int Failed = 1, Misused = 2, Interrupted = 130;

    /// <summary>
    /// Time that an interrupted command has to clean up; without it Ctrl-C would end the process at once. It covers the longest
    /// drain time that 'serve' can be configured with.
    /// </summary>
    private static readonly TimeSpan s_cleanUpTime = TimeSpan.FromMinutes(11);

    /// <summary>What begins with @ is a text or a file of that name, not a file of arguments.</summary>
    private static readonly ParserConfiguration s_parser = new() { ResponseFileTokenReplacer = null };

    /// <summary>The commands, as they are on every platform: '/h' is a path.</summary>
    public static RootCommand Commands()
    {
        var root = Tree();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Aliases.Remove("/h");
        help.Aliases.Remove("/?");
        Adapt(root);
        return root;
    }

    /// <summary>
    /// Validators read values, and one that is missing or of another kind throws: the parser tells it before they say more.
    /// </summary>
    private static void Adapt(Command command)
    {
        for (var i = 0; i < command.Validators.Count; i++)
        {
            var validate = command.Validators[i];
            command.Validators[i] = result =>
            {
                if (result.Children.OfType<OptionResult>().Any(option =>
                    !option.Implicit && option.Tokens.Count < option.Option.Arity.MinimumNumberOfValues))
                    return;
                try
                {
                    validate(result);
                }
                catch (InvalidOperationException error)
                {
                    result.AddError(error.Message);
                }
            };
        }
        foreach (var child in command.Subcommands)
            Adapt(child);
    }

    private static RootCommand Tree() => new("Upload videos, type a sentence, land on the moment it describes.")
    {
        DemoCommand.Create(),
        IndexCommand.Create(),
        SearchCommand.Create(),
        VideosCommand.Create(),
        CollectionsCommand.Create(),
        RemoveCommand.Create(),
        ServeCommand.Create(),
        KeysCommand.Create(),
        ReplayCommand.Create(),
        SweepCommand.Create(),
        CheckCommand.Create(),
        RebuildCommand.Create(),
        BackupCommand.Create(),
        RestoreCommand.Create(),
        ReindexCommand.Create(),
        SoakCommand.Create(),
        ModelCommand.Create(),
        TokenizeCommand.Create(),
        BenchCommand.Create(),
        CompareCommand.Create(),
        DatasetCommand.Create(),
        TrainCommand.Create(),
        EvalCommand.Create(),
        EvalSearchCommand.Create(),
        CalibrateCommand.Create(),
        CompletionCommand.Create(),
    };

    /// <summary>Runs a command; cancelling stops it as Ctrl-C does.</summary>
    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancel = default)
    {
        AnsiConsole.Profile.Width = Output.Unwrapped;
        var (parsed, misuse) = Parse(args);
        if (misuse is not null)
            return Fail(Misused, $"{misuse} Try '{Invoked(parsed)} --help'.");
        try
        {
            return await parsed.InvokeAsync(
                new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = s_cleanUpTime }, cancel);
        }
        catch (OperationCanceledException)
        {
            return Fail(Interrupted, "interrupted; nothing is left half done: run the command again");
        }
        catch (Exception error) when (error is UserException or ModelException or IOException or UnauthorizedAccessException)
        {
            return Fail(Failed, error.Message);
        }
        catch (Exception error)
        {
            return Fail(Failed, $"{error.GetBaseException().Message} This should not happen; {Reported(error, parsed)}");
        }
    }

    /// <summary>Writes down what a report of a defect needs, and says where.</summary>
    private static string Reported(Exception error, ParseResult parsed)
    {
        var path = Path.Combine(Path.GetTempPath(), $"tcmgc-{Environment.ProcessId}.txt");
        try
        {
            File.WriteAllText(path, $"{Text(parsed)}{Environment.NewLine}{error}{Environment.NewLine}");
            return $"{FilePaths.Name(path)} says where it happened, for a report";
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            return $"where it happened cannot be written to {FilePaths.Name(path)}";
        }
    }

    /// <summary>Reads the command line, and says what is wrong with it.</summary>
    private static (ParseResult Parsed, string? Misuse) Parse(string[] args)
    {
        var commands = Commands();
        var parsed = commands.Parse(args, s_parser);
        if (IsGroup(parsed.CommandResult.Command) && parsed.Tokens.All(token => token.Type == TokenType.Command))
            parsed = commands.Parse([.. args, "--help"], s_parser);
        var misuses = parsed.Tokens is [{ Type: TokenType.Directive }, ..] ? "" : string.Join(' ', Misuses(parsed).Distinct());
        return (parsed, misuses.Length > 0 ? misuses : null);
    }

    /// <summary>Whether a command does nothing but to have others below it.</summary>
    private static bool IsGroup(Command command) => command is { Action: null, Subcommands.Count: > 0 };

    /// <summary>What is wrong with the command line, a misspelt command or option before all.</summary>
    private static IEnumerable<string> Misuses(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var mistaken = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument && LooksLikeOption(token.Value))
            .Select(token => token.Value).ToList();
        if (mistaken.Count > 0)
            return mistaken.Select(option => Typos.Nearest(option, command) is not { } meant
                ? $"There is no option '{option}'; an argument that begins with '-' must follow a '--'."
                : meant == option ? $"What stands before {option} needs a value after it."
                : $"There is no option '{option}'; did you mean '{meant}'?");
        if (IsGroup(command) && parsed.UnmatchedTokens is [var word, ..])
            return [$"There is no command '{word}'"
                + (Typos.Nearest(word, command) is { } meant ? $"; did you mean '{meant}'?" : ".")];
        return ParseErrors.Of(parsed);
    }

    /// <summary>Whether the parser took a misspelt option for a path or a text: '-n', but not '-0.5'.</summary>
    private static bool LooksLikeOption(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) || (argument is ['-', var letter, ..] && char.IsAsciiLetter(letter));

    /// <summary>The command as it was typed.</summary>
    public static string Text(ParseResult parsed) => $"tcmgc {string.Join(' ', parsed.Tokens.Select(token => token.Value))}";

    private static string Invoked(ParseResult parsed)
    {
        var words = new List<string>();
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult command)
                words.Insert(0, command.Command is RootCommand ? "tcmgc" : command.Command.Name);
        return string.Join(' ', words);
    }

    private static int Fail(int status, string message)
    {
        Progress.Erase();
        Console.Error.WriteLine($"tcmgc: {FilePaths.OneLine(message)}");
        return status;
    }
}
