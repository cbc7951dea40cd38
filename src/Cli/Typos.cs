using System.CommandLine;

namespace TcMgc.Cli;

/// <summary>What was meant by a word that is no command or option.</summary>
internal static class Typos
{
    /// <summary>The command or option nearest to what was typed; null where none is near.</summary>
    public static string? Nearest(string word, Command command) => word.StartsWith('-')
        ? Nearest(word.Split('=', ':')[0], Ancestry(command)
            .SelectMany((at, depth) => at.Options.Where(option => depth == 0 || option.Recursive))
            .SelectMany(option => option.Aliases.Prepend(option.Name)))
        : Nearest(word, command.Subcommands.SelectMany(child => child.Aliases.Prepend(child.Name)));

    /// <summary>
    /// The name nearest to the word; null where none is near: more than a third of its letters would change, or more than one of
    /// a short word. Nothing is near to a single letter.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> names)
    {
        var most = word.Trim('-').Length > 1 ? Math.Max(1, word.Length / 3) : 0;
        return names.Select(name => (Name: name, Distance: Distance(word.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(near => near.Distance <= most).OrderBy(near => near.Distance).Select(near => near.Name).FirstOrDefault();
    }

    /// <summary>How many letters are to be inserted, deleted, replaced, or exchanged with the one beside them.</summary>
    public static int Distance(string one, string other)
    {
        var least = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
            for (var j = 0; j <= other.Length; j++)
                least[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(least[i, j - 1], least[i - 1, j]) + 1,
                    Math.Min(least[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1),
                        i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]
                            ? least[i - 2, j - 2] + 1 : int.MaxValue));
        return least[one.Length, other.Length];
    }

    private static IEnumerable<Command> Ancestry(Command command)
    {
        for (var at = command; at is not null; at = at.Parents.OfType<Command>().FirstOrDefault())
            yield return at;
    }
}
