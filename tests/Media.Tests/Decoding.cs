namespace TcMgc.Media.Tests;

/// <summary>A file's frames, all of them, as tests want to look at them.</summary>
internal sealed record Decoding(MediaInfo? Info, IReadOnlyList<byte[]> Frames, string? Warning, string? Reason)
{
    public static async Task<Decoding> OfAsync(string path, int side, MediaOptions? options = null)
    {
        var opened = await new FrameDecoder(options ?? new()).OpenAsync(path, side, withPictures: false, default);
        if (opened is not { Value: { } reader })
            return new(null, [], null, opened.Reason);
        await using var _ = reader;
        var frames = new List<byte[]>();
        var batch = new byte[3 * reader.FrameBytes];
        while (await reader.ReadAsync(batch, default) is > 0 and var count)
            for (var k = 0; k < count; k++)
                frames.Add(batch.AsSpan(k * reader.FrameBytes, reader.FrameBytes).ToArray());
        return new(reader.Info, frames, reader.Warning, reader.Reason);
    }

    /// <summary>
    /// Each frame's value in its middle: of <see cref="TestClips.Numbered"/>, the number of the frame times its step.
    /// </summary>
    public IEnumerable<int> Greys => Frames.Select(frame => (int)frame[frame.Length / 2 / 3 * 3]);
}
