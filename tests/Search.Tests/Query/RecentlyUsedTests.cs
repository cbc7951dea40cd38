using FsCheck;
using FsCheck.Fluent;
using TcMgc.Search.Query;

namespace TcMgc.Search.Tests.Query;

public sealed class RecentlyUsedTests
{
    [Fact]
    public void It_keeps_what_was_used_last_and_never_more_than_fits()
    {
        Prop.ForAll<PositiveInt, (byte Key, bool Adds)[]>((room, uses) =>
        {
            var capacity = room.Get % 40;
            var (kept, expected) = (new RecentlyUsed<int, int>(capacity, value => value), new List<int>());
            foreach (var (key, adds) in uses.Select(use => (use.Key % 16, use.Adds)))
            {
                var known = expected.Remove(key);
                if (!adds)
                    Assert.Equal(known, kept.TryGet(key, out _));
                var gone = adds ? kept.Add(key, key) : [];
                if (known || adds)
                    expected.Add(key);
                while (expected.Sum() > capacity)
                {
                    Assert.Equal(expected[0], gone[0]);
                    gone = [.. gone.Skip(1)];
                    expected.RemoveAt(0);
                }
                Assert.Empty(gone);
                Assert.Equal(expected.Sum(), kept.Size);
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_value_takes_the_place_of_its_keys_former_one()
    {
        var kept = new RecentlyUsed<string, string>(10, value => value.Length);
        kept.Add("a", "one");
        kept.Add("a", "other");

        Assert.True(kept.TryGet("a", out var value));
        Assert.Equal(("other", 5), (value, kept.Size));
    }
}
