namespace TcMgc.Training.Datasets;

/// <summary>A part of a dataset.</summary>
public enum Split
{
    /// <summary>Weights are fitted to it.</summary>
    Train,

    /// <summary>The best epoch is chosen by it.</summary>
    Validation,

    /// <summary>Results are reported for it.</summary>
    Test,
}

/// <summary>Captioned videos in splits, of which any may be empty.</summary>
/// <param name="Name">Name in reports.</param>
/// <param name="Root">Folder of the dataset.</param>
/// <param name="Train">Videos that weights are fitted to.</param>
/// <param name="Validation">Videos that the best epoch is chosen by.</param>
/// <param name="Test">Videos that results are reported for.</param>
public sealed record Dataset(
    string Name, string Root, IReadOnlyList<CaptionedVideo> Train, IReadOnlyList<CaptionedVideo> Validation,
    IReadOnlyList<CaptionedVideo> Test)
{
    /// <summary>Ids of annotated videos without a file; they are left out.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The videos of a split.</summary>
    public IReadOnlyList<CaptionedVideo> this[Split split] => split switch
    {
        Split.Train => Train,
        Split.Validation => Validation,
        _ => Test,
    };
}
