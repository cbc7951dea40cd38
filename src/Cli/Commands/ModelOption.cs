using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which model to use.</summary>
internal static class ModelOption
{
    public static Option<string?> Create() => new("--model")
    {
        Description = "Folder or name of a model; by default the one the index was made with.",
        HelpName = "MODEL",
    };
}
