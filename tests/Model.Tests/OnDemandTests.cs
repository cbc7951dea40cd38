namespace TcMgc.Model.Tests;

public sealed class OnDemandTests
{
    [Fact]
    public void What_could_not_be_made_is_made_the_next_time_and_then_kept()
    {
        var tries = 0;
        var value = new OnDemand<int>(() => ++tries == 1 ? throw new IOException("the disk is full") : tries);

        Assert.Throws<IOException>(() => value.Value);
        Assert.False(value.IsMade);
        Assert.Equal([2, 2], [value.Value, value.Value]);
        Assert.True(value.IsMade);
    }
}
