namespace TcMgc.Client;

/// <summary>The clips that a service draws to try it with.</summary>
/// <param name="Clips">All of them.</param>
/// <param name="Drawn">How many are drawn and wait to be indexed, or are.</param>
/// <param name="IsDrawing">Whether they are being drawn.</param>
public sealed record Demo(IReadOnlyList<DemoClip> Clips, int Drawn, bool IsDrawing)
{
    /// <summary>Why the drawing ended early; null unless it did.</summary>
    public string? Failure { get; init; }
}

/// <summary>A drawn clip.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Sentence">What it shows.</param>
public sealed record DemoClip(string Name, string Sentence);
