using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Model.Store;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which model to use.</summary>
internal static class ModelOption
{
    public static Option<string?> Create() => NewOption.Optional<string?>(
        "--model", "Folder or name of a model; by default the one the index was made with.", "MODEL");

    public static Option<string> CreateRequired(string description = "Folder or name of a model.") =>
        NewOption.Required("--model", "MODEL", description);

    /// <summary>For measurements, which need any model.</summary>
    public static Option<string> CreateTinyByDefault() =>
        NewOption.WithDefault("--model", "tiny", "Folder or name of a model.", "MODEL");

    /// <exception cref="TcMgc.Model.ModelException">There is no such model.</exception>
    public static ModelFolder Find(string given) => ModelFolder.Find(given, ModelChoice.Models);
}
