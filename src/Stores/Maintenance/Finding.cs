using TcMgc.Shared;

namespace TcMgc.Stores.Maintenance;

/// <summary>Something that is not as the log says.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Text">One line for people: what, where, and what to do.</param>
/// <param name="Video">The video; null where it is of none or of many.</param>
public sealed record Finding(FindingKind Kind, string Text, VideoId? Video = null)
{
    /// <summary>Whether log and originals suffice to make it right.</summary>
    public bool CanBeRebuilt => Kind is FindingKind.CatalogDiffers or FindingKind.UnknownSegments or FindingKind.MissingSegments;
}

/// <summary>Kind of a finding.</summary>
public enum FindingKind
{
    /// <summary>A database file is damaged.</summary>
    DamagedDatabase,

    /// <summary>An event of the log could not be read, or not be applied to the catalog.</summary>
    PassedOver,

    /// <summary>A video's entry in the catalog is not the one that follows from the log.</summary>
    CatalogDiffers,

    /// <summary>A video's original is not where it was, so that the video can be neither played nor indexed again.</summary>
    MissingOriginal,

    /// <summary>A video's original has other content than it had: it is cut short, damaged or another file.</summary>
    DamagedOriginal,

    /// <summary>A video's transcript is missing or damaged.</summary>
    DamagedTranscript,

    /// <summary>The frames of a video that waits to be encoded are missing.</summary>
    MissingFrames,

    /// <summary>A blob that no video needs any more.</summary>
    OrphanedBlob,

    /// <summary>The index has segments of a video that is not known or was removed.</summary>
    UnknownSegments,

    /// <summary>The index lacks segments of a video that should be found.</summary>
    MissingSegments,
}
