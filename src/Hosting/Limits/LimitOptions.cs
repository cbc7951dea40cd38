using System.ComponentModel.DataAnnotations;

namespace TcMgc.Hosting.Limits;

/// <summary>
/// How much one client may ask, and how much all may at a time; the configuration's section <see cref="Section"/>. A client is a
/// key, or an address where no key is used. One on this machine without a key may ask a hundred times as much.
/// </summary>
public sealed record LimitOptions
{
    /// <summary>Name of the section; errors name <c>Limits:Member</c>.</summary>
    public const string Section = "Limits";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>Searches of a client in a minute, 1 to 1,000,000; default 600.</summary>
    [Range(1, 1_000_000, ErrorMessage = OutOfRange)]
    public int Searches { get; init; } = 600;

    /// <summary>Of these, searches by an image, 1 to 1,000,000; default 60.</summary>
    [Range(1, 1_000_000, ErrorMessage = OutOfRange)]
    public int ImageSearches { get; init; } = 60;

    /// <summary>Videos and transcripts that a client gives in a minute, 1 to 1,000,000; default 300.</summary>
    [Range(1, 1_000_000, ErrorMessage = OutOfRange)]
    public int Uploads { get; init; } = 300;

    /// <summary>
    /// Event streams that a client has open at a time, 1 to 100,000; default 100. All clients together have ten times as many.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = OutOfRange)]
    public int EventStreams { get; init; } = 100;

    /// <summary>Searches at a time, 1 to 10,000; default 64. Further ones wait.</summary>
    [Range(1, 10_000, ErrorMessage = OutOfRange)]
    public int SearchesAtATime { get; init; } = 64;

    /// <summary>
    /// Images decoded at a time, 1 to 1,000; default 2. Further ones wait. One of 100 megapixels takes 0.4 to 1.2 GB.
    /// </summary>
    [Range(1, 1000, ErrorMessage = OutOfRange)]
    public int ImagesAtATime { get; init; } = 2;

    /// <summary>
    /// Requests at a time whose body is held in memory (an image, a transcript), 1 to 10,000; default 8. Further ones wait. One
    /// takes up to three times its size.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = OutOfRange)]
    public int LargeBodies { get; init; } = 8;

    /// <summary>Pictures of videos that are asked for at a time, 1 to 10,000; default 64. Further ones wait.</summary>
    [Range(1, 10_000, ErrorMessage = OutOfRange)]
    public int Pictures { get; init; } = 64;

    /// <summary>Clips that are cut out of videos at a time, 1 to 1,000; default 2. Further ones wait.</summary>
    [Range(1, 1000, ErrorMessage = OutOfRange)]
    public int ClipsAtATime { get; init; } = 2;

    /// <summary>Connections at a time, 1 to 1,000,000; default 4,000. Further ones are closed.</summary>
    [Range(1, 1_000_000, ErrorMessage = OutOfRange)]
    public int Connections { get; init; } = 4000;
}
