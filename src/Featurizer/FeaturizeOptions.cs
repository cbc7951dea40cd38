using System.ComponentModel.DataAnnotations;

namespace TcMgc.Featurizer;

/// <summary>How videos are encoded; the configuration's section <see cref="Section"/>.</summary>
public sealed record FeaturizeOptions
{
    /// <summary>Name of the section; errors name <c>Featurize:Member</c>.</summary>
    public const string Section = "Featurize";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>
    /// Frames encoded in one call of the model, 1 to 1,024; default 32. More need more memory, and gain little on a processor.
    /// </summary>
    [Range(1, 1024, ErrorMessage = OutOfRange)]
    public int FrameBatch { get; init; } = 32;

    /// <summary>
    /// How long a batch that is not full may wait for frames of other videos that are being read, up to 10 seconds; default 20
    /// milliseconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10", ErrorMessage = OutOfRange)]
    public TimeSpan BatchWait { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Videos encoded at the same time, whose frames share batches, 1 to 256; default 4. Each holds up to a batch of frames.
    /// </summary>
    [Range(1, 256, ErrorMessage = OutOfRange)]
    public int Videos { get; init; } = 4;

    /// <summary>Segments encoded in one call of the model, 1 to 1,024; default 16.</summary>
    [Range(1, 1024, ErrorMessage = OutOfRange)]
    public int SegmentBatch { get; init; } = 16;

    /// <summary>
    /// How much a frame may differ from the last encoded one to take its embedding, 0 (default: each frame is encoded) to 255:
    /// the mean difference of colour values in that of 8 × 8 parts of the frame where it is greatest.
    /// </summary>
    [Range(0.0, 255, ErrorMessage = OutOfRange)]
    public double SimilarFrames { get; init; }

    /// <summary>Where videos are cut into segments.</summary>
    public SegmenterOptions Segmenter { get; init; } = new();
}
