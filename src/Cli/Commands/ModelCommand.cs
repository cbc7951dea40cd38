using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc model</c>: make, show and check models.</summary>
internal static class ModelCommand
{
    public static Command Create() => new("model", "Make, import, show and check models.")
    {
        ModelInitCommand.Create(),
        ModelImportCommand.Create(),
        ModelPullCommand.Create(),
        ModelListCommand.Create(),
        ModelInfoCommand.Create(),
        ModelVerifyCommand.Create(),
    };

    public static Option<string> Models() =>
        NewOption.WithDefault("--models", ModelChoice.Models, "Folder that holds models.", "DIR");

    public static Option<string?> Name() =>
        NewOption.Optional<string?>("--name", "Name of the model; by default the folder's name.", "NAME");

    /// <summary>Prints what was made, on one line.</summary>
    public static void Print(ModelCard card, string path) => Console.WriteLine(
        $"{FilePaths.Name(path)}: {card.Config.Head}, {card.Weights.Parameters:N0} parameters, {card.Weights.Bytes / 1e6:F1} MB");
}
