using System.ComponentModel.DataAnnotations;

namespace TcMgc.Search;

/// <summary>Bounds of a query's work; the configuration's section <see cref="Section"/>.</summary>
public sealed record SearchOptions
{
    /// <summary>Name of the section; errors name <c>Search:Member</c>.</summary>
    public const string Section = "Search";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>K: segments that the first stage finds and the second scores; 1 to 100,000, default 100.</summary>
    [Range(1, 100_000, ErrorMessage = OutOfRange)]
    public int Candidates { get; init; } = 100;

    /// <summary>Most characters of a text; 1 to 1,000,000, default 2,000. A model reads some dozens of words.</summary>
    [Range(1, 1_000_000, ErrorMessage = OutOfRange)]
    public int LongestText { get; init; } = 2000;

    /// <summary>Segments in memory at a time where every segment is scored; 1 to 100,000, default 256.</summary>
    [Range(1, 100_000, ErrorMessage = OutOfRange)]
    public int ExhaustiveBatch { get; init; } = 256;

    /// <summary>
    /// Texts whose features are kept for the next time that they are asked, up to 10,000; default 256. One takes W × D × 4 bytes:
    /// 64 KiB with CLIP and 32 words.
    /// </summary>
    [Range(0, 10_000, ErrorMessage = OutOfRange)]
    public int CachedTexts { get; init; } = 256;

    /// <summary>
    /// Memory for features of segments that were candidates lately, in bytes, up to 64 GiB; default 128 MiB. A segment takes
    /// about
    /// N × D × 2.
    /// </summary>
    [Range(0L, 1L << 36, ErrorMessage = OutOfRange)]
    public long FeatureCacheBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Weight of the words said in a video beside its picture's of 1, 0 to 100; default 1. 0 leaves transcripts out.
    /// </summary>
    [Range(0d, 100d, ErrorMessage = OutOfRange)]
    public double TranscriptWeight { get; init; } = 1;

    /// <summary>
    /// Weight of a video's title, file name and tags beside its picture's of 1, 0 to 100; default 1. 0 leaves them out.
    /// </summary>
    [Range(0d, 100d, ErrorMessage = OutOfRange)]
    public double NameWeight { get; init; } = 1;

    /// <summary>
    /// Disk, in the folder of TMPDIR, for originals that were fetched from a blob store that is no folder, to make further
    /// pictures
    /// of them; in bytes, up to 1 TiB; default 4 GiB. Those being used come on top.
    /// </summary>
    [Range(0L, 1L << 40, ErrorMessage = OutOfRange)]
    public long OriginalCacheBytes { get; init; } = 4L << 30;

    /// <summary>
    /// What pictures of videos, kept as blobs once made, take together, in bytes, up to 1 TiB; default 2 GiB. 0 keeps none.
    /// </summary>
    [Range(0L, 1L << 40, ErrorMessage = OutOfRange)]
    public long PictureCacheBytes { get; init; } = 2L << 30;

    /// <summary>
    /// What versions of videos for browsers, kept as blobs once made, take together, in bytes, up to 1 TiB; default 8 GiB: some
    /// ten hours. 0 makes none.
    /// </summary>
    [Range(0L, 1L << 40, ErrorMessage = OutOfRange)]
    public long ProxyCacheBytes { get; init; } = 8L << 30;

    /// <summary>Longest part of a video that is cut out as a clip, 1 second to 1 hour; default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan LongestClip { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Largest still that is accepted over HTTP, in bytes; 1 KiB to 256 MiB, default 16 MiB. A request holds it in memory.
    /// </summary>
    [Range(1L << 10, 1L << 28, ErrorMessage = OutOfRange)]
    public long LargestImage { get; init; } = 16L << 20;
}
