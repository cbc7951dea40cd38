namespace TcMgc.Media;

/// <summary>What ffprobe says of a video file and of the one stream whose frames are taken.</summary>
public sealed record MediaInfo
{
    /// <summary>ffmpeg's name of the container, such as <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</summary>
    public required string Format { get; init; }

    /// <summary>ffmpeg's name of the codec, such as <c>h264</c>.</summary>
    public required string Codec { get; init; }

    /// <summary>ffmpeg's name of the pixel format; null where unknown.</summary>
    public string? PixelFormat { get; init; }

    /// <summary>Index of the stream in the file.</summary>
    public required int StreamIndex { get; init; }

    /// <summary>Width in the file, in pixels.</summary>
    public required int CodedWidth { get; init; }

    /// <summary>Height in the file, in pixels.</summary>
    public required int CodedHeight { get; init; }

    /// <summary>Width as shown: in square pixels, after rotation.</summary>
    public required int Width { get; init; }

    /// <summary>Height as shown: in square pixels, after rotation.</summary>
    public required int Height { get; init; }

    /// <summary>Clockwise turn for showing, in degrees: 0, 90, 180 or 270, or another where the file says so.</summary>
    public required int Rotation { get; init; }

    /// <summary>Width of a pixel over its height; 1 where unknown or beyond reason.</summary>
    public required double SampleAspect { get; init; }

    /// <summary>Length in seconds; null where the file does not say.</summary>
    public double? Duration { get; init; }

    /// <summary>When it was recorded; null where the file does not say, or says nonsense.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    /// <summary>Seconds from the file's start to the stream's first frame, at least 0.</summary>
    public double StartsLate { get; init; }

    /// <summary>True where frames may be two fields of different times.</summary>
    public bool MayBeInterlaced { get; init; }

    /// <summary>True where the file has sound.</summary>
    public bool HasSound { get; init; }

    /// <summary>ffmpeg's name of the codec of its first sound; null where it has none, or ffmpeg does not know it.</summary>
    public string? SoundCodec { get; init; }
}
