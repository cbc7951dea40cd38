using System.CommandLine;
using System.CommandLine.Completions;

namespace TcMgc.Cli.Tests;

/// <summary>What holds for every option of every command.</summary>
public sealed class EveryOptionTests
{
    [Fact]
    public async Task An_option_without_its_value_is_a_mistake_that_is_told_in_one_line()
    {
        var options = All(CommandLine.Commands(), []).Where(of => of.Option.Arity.MinimumNumberOfValues > 0).ToList();
        Assert.True(options.Count > 200, $"there are only {options.Count}");
        var wrong = new List<string>();
        foreach (var (words, option) in options)
        {
            var (status, output, errors) = await CommandRun.Of([.. words, option.Name]);
            if (status != 2 || output != "" || !errors.Contains($"{option.Name} needs {option.HelpName} after it.")
                || errors.Count('\n') != 1)
                wrong.Add($"{string.Join(' ', words)} {option.Name}: {status} {output}{errors}");
        }
        Assert.Equal([], wrong);
    }

    [Fact]
    public void Help_and_completion_name_what_an_option_takes_as_it_is_typed()
    {
        var options = All(CommandLine.Commands(), []).Where(of => of.Option.Arity.MaximumNumberOfValues > 0
            && of.Option.ValueType != typeof(bool)).Select(of => of.Option).Distinct().ToList();

        Assert.Equal([], options.Where(option => option.HelpName is null).Select(option => option.Name));
        var offered = options.SelectMany(option => option.GetCompletions(CompletionContext.Empty)).Select(value => value.Label);
        Assert.Contains("cuda", offered);
        Assert.All(offered, value => Assert.DoesNotMatch("[A-Z]", value));
    }

    [Fact]
    public async Task Help_of_every_command_shows_values_in_lower_case_and_no_default_twice()
    {
        var commands = All(CommandLine.Commands(), []).Select(of => string.Join(' ', of.Words)).Distinct().ToList();
        foreach (var command in commands)
        {
            var (_, help, _) = await CommandRun.Of([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
            Assert.DoesNotMatch(@"\[default: [A-Z][a-z]+\]|<[a-z-]+>|<[A-Z][a-z]|/h\b|Default: .*\[default", help);
        }
    }

    private static IEnumerable<(string[] Words, Option Option)> All(Command command, string[] words) =>
        command.Options.Select(option => (words, option))
            .Concat(command.Subcommands.SelectMany(child => All(child, [.. words, child.Name])));
}
