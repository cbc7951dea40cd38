namespace TcMgc.Shared;

/// <summary>What standard error leads to.</summary>
public static class Terminal
{
    /// <summary>Whether a line can be overwritten: somebody looks at it.</summary>
    public static bool IsLive { get; } = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>Whether there are colours, which NO_COLOR turns off (no-color.org).</summary>
    public static bool HasColours => IsLive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>A text in a colour of ANSI (32 is green), where there are colours.</summary>
    public static string Coloured(string text, int colour) => HasColours ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
