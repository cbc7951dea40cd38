namespace TcMgc.Hosting.Access;

/// <summary>What a key may do.</summary>
public static class Scopes
{
    /// <summary>Search, and see videos, pictures and progress.</summary>
    public const string Search = "search";

    /// <summary>Add videos and transcripts, and have failed videos processed again.</summary>
    public const string Upload = "upload";

    /// <summary>Change and remove videos, download and change models.</summary>
    public const string Admin = "admin";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Search, Upload, Admin];
}
