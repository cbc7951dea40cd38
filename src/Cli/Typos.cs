using System.CommandLine;

namespace TcMgc.Cli;

/// <summary>What was meant by a word that is no command or option.</summary>
internal static class Typos
{
    /// <summary>The name nearest to the word; null where none is near: more than a third of its letters would change.</summary>
    public static string? Nearest(string word, Command command)
    {
        var names = word.StartsWith('-')
            ? Ancestry(command).SelectMany((at, depth) => at.Options.Where(option => depth == 0 || option.Recursive))
                .SelectMany(option => option.Aliases.Prepend(option.Name))
            : command.Subcommands.SelectMany(child => child.Aliases.Prepend(child.Name));
        return names.Select(name => (Name: name, Distance: Distance(word, name)))
            .Where(near => near.Distance <= word.Length / 3)
            .OrderBy(near => near.Distance).Select(near => near.Name).FirstOrDefault();
    }

    /// <summary>Levenshtein's: how many letters are to be inserted, deleted or replaced.</summary>
    public static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j],
                    Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    private static IEnumerable<Command> Ancestry(Command command)
    {
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
            yield return at;
    }
}
