using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class BestRowsTests
{
    [Property]
    public Property It_keeps_the_best_as_sorting_all_would() =>
        Prop.ForAll(ArbMap.Default.ArbFor<short[]>(), ArbMap.Default.ArbFor<byte>(), (scores, count) =>
        {
            var best = new BestRows(count % 20);
            for (var row = 0; row < scores.Length; row++)
                best.Add(scores[row], row);
            Assert.Equal(
                scores.Select(score => (float)score).OrderDescending().Take(count % 20),
                best.Sorted().ToArray().Select(kept => kept.Score));
        });

    [Property]
    public Property Halves_that_were_kept_apart_join_to_the_whole() =>
        Prop.ForAll(ArbMap.Default.ArbFor<short[]>(), ArbMap.Default.ArbFor<short[]>(), (one, other) =>
        {
            BestRows whole = new(5), left = new(5), right = new(5);
            foreach (var score in one)
                left.Add(score, 0);
            foreach (var score in other)
                right.Add(score, 1);
            foreach (var score in one.Concat(other))
                whole.Add(score, 0);
            left.AddAll(right);
            Assert.Equal(whole.Sorted().ToArray().Select(kept => kept.Score), left.Sorted().ToArray().Select(kept => kept.Score));
        });

    [Fact]
    public void Equal_scores_come_in_the_order_of_rows()
    {
        var best = new BestRows(3);
        foreach (var row in (int[])[2, 0, 1])
            best.Add(1, row);

        Assert.Equal([0, 1, 2], best.Sorted().ToArray().Select(kept => kept.Row));
    }
}
