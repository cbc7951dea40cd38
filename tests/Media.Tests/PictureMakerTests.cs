namespace TcMgc.Media.Tests;

public sealed class PictureMakerTests
{
    [Fact]
    public async Task A_strip_has_the_frames_that_are_shown_at_its_seconds_as_those_that_are_indexed_are()
    {
        const int Step = 8, Side = 32, EachSecond = 10;
        var clip = TestClips.Numbered(3 * EachSecond, Step);

        var strip = await new PictureMaker(new(), TimeProvider.System)
            .StripAsync(clip, new(3, 3, Side, Side, Interval: 1), default);

        using var jpeg = new MemoryStream(strip.Value!, writable: false);
        var middle = await new StillDecoder(new())
            .DecodeAsync(jpeg, Side, default); // Cut from the middle of three: that of second 1.
        Assert.InRange(middle.Value![middle.Value!.Length / 2], (EachSecond - 0.5) * Step, (EachSecond + 0.5) * Step);
    }
}
