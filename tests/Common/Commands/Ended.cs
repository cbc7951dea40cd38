namespace TcMgc.Tests.Common.Commands;

/// <summary>How a run of the program ended.</summary>
internal sealed record Ended(int Status, string Output, string Errors)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
