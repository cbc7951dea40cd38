namespace TcMgc.Media;

/// <summary>The sampled frames of one video, pulled in batches into the caller's memory while ffmpeg decodes.</summary>
public sealed class FrameReader : IAsyncDisposable
{
    private readonly FfmpegProcess _ffmpeg;
    private readonly MediaOptions _options;
    private readonly int _maxFrames;

    internal FrameReader(FfmpegProcess ffmpeg, MediaInfo info, int side, MediaOptions options)
    {
        _ffmpeg = ffmpeg;
        Info = info;
        _options = options;
        _maxFrames = (int)Math.Min(Math.Ceiling(options.MaxDuration.TotalSeconds), int.MaxValue);
        Side = side;
        FrameBytes = side * side * 3;
    }

    /// <summary>What the file is.</summary>
    public MediaInfo Info { get; }

    /// <summary>Width and height of a frame in pixels.</summary>
    public int Side { get; }

    /// <summary>Bytes of a frame: shape (side, side, 3), RGB.</summary>
    public int FrameBytes { get; }

    /// <summary>Frames given so far. Frame k was shown at k seconds.</summary>
    public int Frames { get; private set; }

    /// <summary>What was wrong though frames came out; null where nothing was, and before the end.</summary>
    public string? Warning { get; private set; }

    /// <summary>Why no frame came out; null where one did, and before the end.</summary>
    public string? Reason { get; private set; }

    /// <summary>Gives the next frames, as many as fit; fewer only at the end.</summary>
    /// <param name="frames">Receives whole frames of <see cref="FrameBytes"/>; room for at least one.</param>
    /// <param name="cancellationToken">Ends the process.</param>
    /// <returns>Frames given; 0 at the end, after which <see cref="Warning"/> and <see cref="Reason"/> say how it went.</returns>
    /// <exception cref="Shared.UserException">ffmpeg was ended from outside.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> frames, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames.Length, FrameBytes, nameof(frames));
        if (Reason is not null || Warning is not null)
            return 0;
        if (Frames == _maxFrames)
        {
            Warning = $"longer than {_options.MaxDuration.TotalHours:0.#} hours: the rest was left out";
            return 0;
        }
        var wanted = Math.Min(frames.Length / FrameBytes, _maxFrames - Frames);
        var bytes = await _ffmpeg.ReadAsync(frames[..(wanted * FrameBytes)], cancellationToken);
        var count = bytes / FrameBytes;
        Frames += count;
        if (count == 0)
            await ConcludeAsync(cancellationToken);
        return count;
    }

    /// <summary>
    /// Ends the process if it still runs, and gives the pictures that it made beside the frames; null where it made none, or was
    /// not to.
    /// </summary>
    public async ValueTask<FramePictures?> EndWithPicturesAsync()
    {
        await _ffmpeg.StopAsync();
        return FramePictures.Open(_ffmpeg.Folder);
    }

    /// <summary>Ends the process if it still runs, and waits for its end.</summary>
    public ValueTask DisposeAsync() => _ffmpeg.DisposeAsync();

    private async ValueTask ConcludeAsync(CancellationToken cancellationToken)
    {
        var (status, messages) = await _ffmpeg.EndAsync(cancellationToken);
        var problem = _ffmpeg.Limit is { } limit ? limit
            : FfmpegMessages.Essence(messages) is { } essence ? $"ffmpeg: {essence}"
            : status != 0 ? $"ffmpeg ended with status {status}"
            : null;
        if (Frames == 0)
            Reason = $"no frame of it could be decoded{(problem is null ? "" : $" ({problem})")}";
        else if (problem is not null)
            Warning = (EndsEarly
                ? $"cut short: frames end at {Frames} s of {Info.Duration:0.#} s"
                : "damaged in places; all that decodes is kept") + $" ({problem})";
    }

    private bool EndsEarly => Info.Duration is { } duration && Frames < Math.Ceiling(duration) - 1;
}
