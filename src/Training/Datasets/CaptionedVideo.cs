namespace TcMgc.Training.Datasets;

/// <summary>A video of a dataset and the sentences that describe it.</summary>
/// <param name="Id">Name of the video in the dataset.</param>
/// <param name="Path">Path of the file.</param>
/// <param name="Captions">Sentences that each describe the video or a part of it; at least one.</param>
public sealed record CaptionedVideo(string Id, string Path, IReadOnlyList<string> Captions)
{
    /// <summary>Start of the described part of the file, in seconds.</summary>
    public double Start { get; init; }

    /// <summary>End of the described part, in seconds; null for the end of the file.</summary>
    public double? End { get; init; }
}
