namespace TcMgc.Training.Datasets;

/// <summary>A video of a dataset and the sentences that describe it.</summary>
/// <param name="Id">Its name in the dataset.</param>
/// <param name="Path">Its file.</param>
/// <param name="Captions">Each describes the video, or a part of it, by itself; at least one.</param>
public sealed record CaptionedVideo(string Id, string Path, IReadOnlyList<string> Captions)
{
    /// <summary>Where the part that counts begins in the file, in seconds.</summary>
    public double Start { get; init; }

    /// <summary>Where it ends, in seconds; null for the file's end.</summary>
    public double? End { get; init; }
}
