namespace TcMgc.Media.Tests;

/// <summary>Measures what the whole process allocates: runs alone.</summary>
[CollectionDefinition(nameof(DecodingMemoryTests), DisableParallelization = true)]
[Collection(nameof(DecodingMemoryTests))]
public sealed class DecodingMemoryTests
{
    private const int Side = 32, Batch = 16;

    [Fact]
    public async Task Memory_does_not_grow_with_the_videos_length()
    {
        var twoHours = TestClips.Make("two-hours", ".mkv",
            ["-f", "lavfi", "-i", "testsrc2=s=64x64:r=1:d=7200", "-c:v", "libx264", "-preset", "ultrafast", "-g", "300"]);

        var (frames, allocated) = await AllocatedAsync(twoHours);

        Assert.Equal(7200, frames);
        // 450 batches, 22 MB of frames; a few hundred bytes a batch go into waiting.
        Assert.InRange(allocated, 0, 2_000_000);
    }

    [SharedFact]
    public async Task A_long_real_video_is_decoded_in_constant_memory()
    {
        var (frames, allocated) = await AllocatedAsync(SharedFolder.Path("videos", "odd", "orig-long-139s-10fps.mp4"));

        Assert.Equal(140, frames);
        Assert.InRange(allocated, 0, 200_000);
    }

    /// <summary>The frames of a clip, and what was allocated after the first batch.</summary>
    private static async Task<(int Frames, long Allocated)> AllocatedAsync(string clip)
    {
        await using var reader = (await new FrameDecoder(new()).OpenAsync(clip, Side, withPictures: false, default)).Value!;
        var batch = new byte[Batch * reader.FrameBytes];
        await reader.ReadAsync(batch, default);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        while (await reader.ReadAsync(batch, default) > 0)
        {
        }
        return (reader.Frames, GC.GetTotalAllocatedBytes(precise: true) - before);
    }
}
