using TcMgc.Training.World;

namespace TcMgc.Cli.Soak;

/// <summary>What a client does.</summary>
internal enum OperationKind
{
    Upload,
    UploadAgain,
    Describe,
    Remove,
    Search,
}

/// <summary>Something that a client does.</summary>
/// <param name="At">When, from the beginning.</param>
/// <param name="Kind">What.</param>
/// <param name="Pick">Which of the videos that there are by then, 0 to below 1.</param>
internal readonly record struct Operation(TimeSpan At, OperationKind Kind, double Pick);

/// <summary>A fault that can strike an installation.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Target">What it happens to: a worker, a file of one, a way to a server.</param>
/// <param name="Least">How long it lasts, at least; for one that waits for its victim, how long it waits.</param>
/// <param name="Most">How long, at most.</param>
internal sealed record FaultChoice(FaultKind Kind, string Target, TimeSpan Least, TimeSpan Most);

/// <summary>A fault that strikes.</summary>
/// <param name="At">When, from the beginning; later where the one before has not ended.</param>
/// <param name="Kind">What happens.</param>
/// <param name="Target">What it happens to.</param>
/// <param name="Lasts">How long.</param>
/// <param name="Pick">Which victim, 0 to below 1.</param>
internal sealed record Fault(TimeSpan At, FaultKind Kind, string Target, TimeSpan Lasts, double Pick);

/// <summary>
/// What is to happen in a soak, all from its seed: what clients do from beginning to end, and the faults of its middle part.
/// Every kind of fault strikes before one strikes again.
/// </summary>
/// <param name="Seed">The seed.</param>
/// <param name="Length">How long clients work.</param>
/// <param name="Operations">What clients do, by time.</param>
/// <param name="Faults">The faults, by time.</param>
internal sealed record SoakPlan(
    int Seed, TimeSpan Length, IReadOnlyList<Operation> Operations, IReadOnlyList<Fault> Faults)
{
    /// <summary>Part of the time before the first fault, and after the last one.</summary>
    public const double CalmBefore = 0.1, CalmAfter = 0.3;

    /// <summary>A fault lasts no longer than this part of the whole; a pause between two is at most half of it.</summary>
    private const double LongestFault = 1.0 / 12;

    /// <summary>Mean time between two operations of a kind, in seconds.</summary>
    private static readonly (OperationKind Kind, double Every)[] s_paces =
    [
        (OperationKind.Upload, 1.5), (OperationKind.Remove, 2), (OperationKind.Search, 0.4), (OperationKind.Describe, 3),
        (OperationKind.UploadAgain, 8),
    ];

    /// <summary>When no fault begins any more.</summary>
    public TimeSpan StrikesUntil => Length * (1 - CalmAfter);

    /// <summary>The plan of a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="length">How long clients work.</param>
    /// <param name="choices">The faults that are possible.</param>
    public static SoakPlan Of(int seed, TimeSpan length, IReadOnlyList<FaultChoice> choices) =>
        new(seed, length, [.. s_paces.SelectMany(pace => DrawOperations(seed, length, pace.Kind, pace.Every))
            .OrderBy(operation => operation.At).ThenBy(operation => operation.Kind)], [.. DrawFaults(seed, length, choices)]);

    private static IEnumerable<Operation> DrawOperations(int seed, TimeSpan length, OperationKind kind, double every)
    {
        var dice = new Dice(seed, 1, (int)kind);
        for (var at = TimeSpan.Zero; ;)
        {
            at += TimeSpan.FromSeconds(dice.Between(0, 2 * every));
            if (at >= length)
                yield break;
            yield return new(at, kind, dice.Between(0, 1));
        }
    }

    private static IEnumerable<Fault> DrawFaults(int seed, TimeSpan length, IReadOnlyList<FaultChoice> choices)
    {
        if (choices.Count == 0)
            yield break;
        var dice = new Dice(seed, 2);
        var (longest, at) = (length * LongestFault, length * CalmBefore);
        while (true)
            foreach (var choice in dice.Shuffled(choices))
            {
                if (at >= length * (1 - CalmAfter))
                    yield break;
                var lasts = TimeSpan.FromSeconds(dice.Between(choice.Least.TotalSeconds, choice.Most.TotalSeconds));
                lasts = lasts < longest ? lasts : longest;
                yield return new(at, choice.Kind, choice.Target, lasts, dice.Between(0, 1));
                at += lasts + TimeSpan.FromSeconds(dice.Between(0, Math.Min(6, longest.TotalSeconds / 2)));
            }
    }
}
