namespace TcMgc.Media.Tests;

/// <summary>Which frames are taken where key frames are enough.</summary>
public sealed class KeyFramesTests
{
    private const int Step = 3;

    [Fact]
    public async Task Close_key_frames_are_taken_for_the_seconds_after_them_and_of_other_videos_exact_frames()
    {
        // Key frames each 0.7 s, the farthest 0.6 s before its second.
        var clip = TestClips.Numbered(45, Step, "null", ".mp4", "-g", "7", "-sc_threshold", "0");

        Assert.Equal([0, 7, 14, 28, 35], await NumbersAsync(clip, 0.6));
        Assert.Equal([0, 10, 20, 30, 40], await NumbersAsync(clip, 0.5));
    }

    [Fact]
    public async Task A_key_frame_is_shown_to_the_end_and_one_that_comes_late_from_the_start()
    {
        var one = TestClips.Numbered(25, Step, "null", ".mp4", "-g", "100", "-sc_threshold", "0");
        var late = TestClips.Make("late-keys", ".mkv", ["-f", "lavfi", "-i", "anullsrc=r=8000:d=4", "-itsoffset", "1.5", "-i",
            TestClips.Numbered(25, Step, "null", ".mp4", "-g", "5", "-sc_threshold", "0"), "-map", "0", "-map", "1", "-c:v",
            "copy", "-c:a", "pcm_s16le"]);

        Assert.Equal([0, 0, 0], await NumbersAsync(one, 2));
        Assert.Equal([0, 10, 20], await NumbersAsync(one, 1.9));
        Assert.Equal([0, 0, 5, 15], await NumbersAsync(late, 0.5));
    }

    private static async Task<IEnumerable<int>> NumbersAsync(string clip, double distance)
    {
        var decoding = await Decoding.OfAsync(clip, 16,
            new() { Frames = FrameChoice.KeyFrames, KeyFrameDistance = TimeSpan.FromSeconds(distance) });
        Assert.Null(decoding.Reason);
        return decoding.Greys.Select(grey => (int)Math.Round(grey / (double)Step));
    }
}
