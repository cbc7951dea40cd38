namespace TcMgc.Training.Datasets;

/// <summary>Part of a dataset.</summary>
public enum Split
{
    /// <summary>What weights are fitted to.</summary>
    Train,

    /// <summary>What the best epoch is chosen by.</summary>
    Validation,

    /// <summary>What is reported.</summary>
    Test,
}

/// <summary>Captioned videos in their splits; a dataset may lack any of them.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Root">Its folder.</param>
/// <param name="Train">What weights are fitted to.</param>
/// <param name="Validation">What the best epoch is chosen by.</param>
/// <param name="Test">What is reported.</param>
public sealed record Dataset(
    string Name, string Root, IReadOnlyList<CaptionedVideo> Train, IReadOnlyList<CaptionedVideo> Validation,
    IReadOnlyList<CaptionedVideo> Test)
{
    /// <summary>Ids of annotated videos whose files are not there; they are left out.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>The videos of a split.</summary>
    public IReadOnlyList<CaptionedVideo> this[Split split] => split switch
    {
        Split.Train => Train,
        Split.Validation => Validation,
        _ => Test,
    };
}
