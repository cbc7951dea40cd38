using System.CommandLine;
using TcMgc.Cli.Pipeline;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model</c>: make, look at and check models.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Make, import, look at and check models.")
    {
        ModelInitCommand.Create(),
        ModelImportCommand.Create(),
        ModelPullCommand.Create(),
        ModelListCommand.Create(),
        ModelInfoCommand.Create(),
        ModelVerifyCommand.Create(),
    };

    /// <summary>Where models lie by default.</summary>
    public static Option<string> Models() => new("--models")
    {
        Description = "Folder that holds models.",
        HelpName = "DIR",
        DefaultValueFactory = _ => ModelChoice.Models,
    };
}
