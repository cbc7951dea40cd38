namespace TcMgc.Media.Tests;

public sealed class TestClipsTests
{
    [Fact]
    public void Every_kind_of_clip_is_made_once()
    {
        string[] clips =
        [
            .. Enumerable.Range(0, 26).Select(k =>
                TestClips.Distinct(k, seconds: 1)), TestClips.WithSound(0), TestClips.VariableRate(1),
            TestClips.Rotated(2, 90), TestClips.Numbered(12), TestClips.SoundOnly(), TestClips.Still(TestClips.Distinct(3, 1),
                0.5),
        ];

        Assert.All(clips, clip => Assert.True(new FileInfo(clip).Length > 0));
        Assert.Equal(clips.Length, clips.Distinct().Count());
        Assert.Equal(clips[0], TestClips.Distinct(0, seconds: 1));
    }
}
