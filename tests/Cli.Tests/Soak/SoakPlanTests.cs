using FsCheck.Xunit;
using TcMgc.Cli.Soak;

namespace TcMgc.Cli.Tests.Soak;

public sealed class SoakPlanTests
{
    private static readonly FaultChoice[] s_choices =
    [
        new(FaultKind.Kill, "serve", TimeSpan.Zero, TimeSpan.Zero),
        new(FaultKind.Freeze, "serve", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20)),
        new(FaultKind.LockDatabase, "serve/events.db", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15)),
    ];

    [Property(MaxTest = 20)]
    public bool The_same_seed_gives_the_same_plan(int seed, byte minutes)
    {
        var (one, other) = (Plan(seed, minutes + 1), Plan(seed, minutes + 1));
        return one.Operations.SequenceEqual(other.Operations) && one.Faults.SequenceEqual(other.Faults);
    }

    [Property(MaxTest = 20)]
    public bool Another_seed_gives_another_plan(int seed) =>
        !Plan(seed, 2).Operations.SequenceEqual(Plan(seed + 1, 2).Operations)
        && !Plan(seed, 2).Faults.SequenceEqual(Plan(seed + 1, 2).Faults);

    [Property(MaxTest = 20)]
    public bool Faults_strike_one_after_the_other_between_a_calm_beginning_and_a_calm_end(int seed, byte minutes)
    {
        var plan = Plan(seed, minutes + 1);
        return plan.Faults[0].At >= plan.Length * SoakPlan.CalmBefore && plan.Faults[^1].At < plan.StrikesUntil
            && plan.Faults.Zip(plan.Faults.Skip(1)).All(pair => pair.First.At + pair.First.Lasts <= pair.Second.At)
            && plan.Operations.Zip(plan.Operations.Skip(1)).All(pair => pair.First.At <= pair.Second.At)
            && plan.Operations[^1].At < plan.Length;
    }

    [Property(MaxTest = 20)]
    public bool Every_fault_strikes_before_one_strikes_again(int seed) =>
        Plan(seed, 5).Faults.Chunk(s_choices.Length).Where(round => round.Length == s_choices.Length)
            .All(round => round.Select(fault => fault.Kind).Distinct().Count() == s_choices.Length);

    private static SoakPlan Plan(int seed, int minutes) => SoakPlan.Of(seed, TimeSpan.FromMinutes(minutes), s_choices);
}
