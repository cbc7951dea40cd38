using System.ComponentModel.DataAnnotations;
using TcMgc.Shared;

namespace TcMgc.Ingest.Watching;

/// <summary>A folder whose videos are accepted as they appear; the configuration's section <see cref="Section"/>.</summary>
public sealed record WatchOptions
{
    /// <summary>Name of the section; errors name <c>Watch:Member</c>.</summary>
    public const string Section = "Watch";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>The folder, with those below it; default none.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// How long size and time of a file must have stayed the same before it is accepted, 0.1 seconds to 1 day; default 5 seconds.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan Still { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often the folder is listed, 0.1 seconds to 1 day; default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00", ErrorMessage = OutOfRange)]
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The collection that the videos come to; default <c>default</c>.</summary>
    [RegularExpression(CollectionId.Form, ErrorMessage = CollectionId.WrongForm)]
    public string Collection { get; init; } = CollectionId.Default.Name;

    /// <summary>
    /// Whether videos are copied to the blob store; default false: workers read them from the folder, which they must see.
    /// </summary>
    public bool Copy { get; init; }
}
