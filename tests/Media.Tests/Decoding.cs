namespace TcMgc.Media.Tests;

/// <summary>A file's frames, all of them, as tests want to look at them.</summary>
internal sealed record Decoding(MediaInfo? Info, IReadOnlyList<byte[]> Frames, string? Warning, string? Reason)
{
    public static async Task<Decoding> OfAsync(string path, int side, MediaOptions? options = null)
    {
        var used = options ?? new MediaOptions();
        var probed = await new MediaProbe(used).ProbeAsync(path, default);
        if (probed is not { Value: { } info })
            return new(null, [], null, probed.Reason);
        await using var reader = new FrameDecoder(used).Open(path, info, side);
        var frames = new List<byte[]>();
        var batch = new byte[3 * reader.FrameBytes];
        while (await reader.ReadAsync(batch, default) is > 0 and var count)
            for (var k = 0; k < count; k++)
                frames.Add(batch.AsSpan(k * reader.FrameBytes, reader.FrameBytes).ToArray());
        return new(info, frames, reader.Warning, reader.Reason);
    }

    /// <summary>
    /// Each frame's value in its middle: of <see cref="TestClips.Numbered"/>, the number of the frame times its step.
    /// </summary>
    public IEnumerable<int> Greys => Frames.Select(frame => (int)frame[frame.Length / 2 / 3 * 3]);
}
