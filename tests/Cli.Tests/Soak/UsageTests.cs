using TcMgc.Cli.Soak;

namespace TcMgc.Cli.Tests.Soak;

public sealed class UsageTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void What_warms_up_in_its_first_quarter_and_stays_is_flat()
    {
        var usage = Usage.Of(Life(second => (second < 25 ? 100 + 8 * second : 300, second < 25 ? second : 200)))!;

        Assert.True(usage is { HasFlatMemory: true, HasFlatHandles: true }, $"{usage}");
    }

    [Fact]
    public void What_grows_until_the_end_is_not_flat()
    {
        var usage = Usage.Of(Life(second => (300 + (3 * second), 100 + second)))!;

        Assert.True(usage is { HasFlatMemory: false, HasFlatHandles: false }, $"{usage}");
    }

    [Fact]
    public void A_short_life_says_nothing() => Assert.Null(Usage.Of([.. Life(_ => (300, 100)).Take(50)]));

    private static List<UsageSample> Life(Func<int, (int Megabytes, int Handles)> takes) =>
        [.. Enumerable.Range(0, 100).Select(second => (second, takes(second))).Select(at =>
            new UsageSample(TimeSpan.FromSeconds(at.second), at.Item2.Megabytes * MiB, at.Item2.Handles))];
}
