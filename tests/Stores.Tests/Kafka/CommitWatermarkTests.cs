using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

public sealed class CommitWatermarkTests
{
    [Fact]
    public void Only_what_is_done_from_the_start_is_committed()
    {
        var watermark = new CommitWatermark();
        foreach (var position in (long[])[3, 5, 8])
            watermark.Delivered(position);

        Assert.Null(watermark.Done(5));
        Assert.Equal(5, watermark.Done(3));
        Assert.Equal(8, watermark.Done(8));
    }

    [Fact]
    public void What_is_not_in_flight_changes_nothing()
    {
        var watermark = new CommitWatermark();
        watermark.Delivered(3);
        watermark.Done(3);

        Assert.Null(watermark.Done(3));
        Assert.Null(watermark.Done(2));
        Assert.False(watermark.IsPending(3));
    }

    [Property]
    public Property In_any_order_the_watermark_is_the_end_of_the_done_prefix() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), keys =>
        {
            var watermark = new CommitWatermark();
            for (var position = 0; position < keys.Length; position++)
                watermark.Delivered(position);
            var done = new HashSet<long>();
            long? last = null;
            foreach (var position in Enumerable.Range(0, keys.Length).OrderBy(i => keys[i]))
            {
                done.Add(position);
                last = watermark.Done(position) ?? last;
                long prefix = 0;
                while (done.Contains(prefix))
                    prefix++;
                if ((last ?? -1) != prefix - 1)
                    return false;
            }
            return true;
        });
}
