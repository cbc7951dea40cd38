using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says where the index lies.</summary>
internal static class DataOption
{
    public static Option<string> Create() => new("--data")
    {
        Description = "Folder of the index.",
        HelpName = "DIR",
        DefaultValueFactory = _ => Path.Combine(".", "data"),
    };
}
