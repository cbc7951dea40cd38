using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says where the index lies.</summary>
internal static class DataOption
{
    /// <summary>The default is what the environment says, as it does for services and in images.</summary>
    public static Option<string> Create() => new("--data")
    {
        Description = "Folder of the index.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("TCMGC_DATA") is { Length: > 0 } folder
            ? folder : Path.Combine(".", "data"),
    };
}
