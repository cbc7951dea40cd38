using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Model;
using TcMgc.Model.Store;

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

    /// <summary>A model by its folder, or by its name among the models there are.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static ModelFolder Find(string nameOrPath, string models)
    {
        if (ModelFolder.IsModel(nameOrPath))
            return ModelFolder.Open(nameOrPath);
        var named = Path.Combine(models, nameOrPath);
        return ModelFolder.Open(ModelFolder.IsModel(named) ? named : nameOrPath);
    }
}
