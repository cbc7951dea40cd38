namespace TcMgc.Media;

/// <summary>A video that was made for browsers; its file goes with it.</summary>
public sealed class BrowserVideo : IAsyncDisposable
{
    private readonly FfmpegProcess _ffmpeg;

    internal BrowserVideo(FfmpegProcess ffmpeg, string path, BrowserFormat format) =>
        (_ffmpeg, Path, Format) = (ffmpeg, path, format);

    /// <summary>Path of the file.</summary>
    public string Path { get; }

    /// <summary>What it is.</summary>
    public BrowserFormat Format { get; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _ffmpeg.DisposeAsync();
}
