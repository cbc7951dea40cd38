using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Which model a command uses: the one it is given, else the one the index was made with, else the one that is shipped.
/// </summary>
internal static class ModelChoice
{
    private const string Shipped = "tiny";

    /// <exception cref="UserException">There is none to choose.</exception>
    public static ValueTask<ModelFolder> OfAsync(string? given, DataFolder data, CancellationToken cancel) =>
        OfAsync(given, data.Index, data.Path, cancel);

    /// <inheritdoc cref="OfAsync(string?, DataFolder, CancellationToken)"/>
    /// <param name="given">Folder or name; null where none was given.</param>
    /// <param name="index">May remember the model that it was made with.</param>
    /// <param name="data">Names the index in errors.</param>
    /// <param name="cancel">Gives up.</param>
    public static async ValueTask<ModelFolder> OfAsync(string? given, IVectorIndex index, string data, CancellationToken cancel)
    {
        if (given is not null)
            return ModelFolder.Find(given, Models);
        if (await index.GetModelAsync(cancel) is { } bound)
            return Bound(bound, data);
        var shipped = Path.Combine(Models, Shipped);
        return ModelFolder.IsModel(shipped)
            ? ModelFolder.Open(shipped)
            : throw new UserException("there is no model yet: get one with 'tcmgc model pull ViT-B/32 --out models/vit-b-32', "
                + "then give it with --model");
    }

    /// <summary>Tells on standard error which model works, what it knows, and of the shipped one how to get another.</summary>
    public static void Introduce(ModelFolder model)
    {
        var (name, about) = (model.Card.Name, model.Card.About);
        Console.Error.WriteLine(about is null ? $"tcmgc: the model is {name}; its card does not say what it knows"
            : name == Shipped ? $"tcmgc: the model {name} {about}; 'tcmgc model pull ViT-B/32' gets one that knows it"
            : $"tcmgc: the model {name} {about}");
    }

    /// <summary>Where models lie by default: TCMGC_MODELS, else ./models.</summary>
    public static string Models =>
        Environment.GetEnvironmentVariable("TCMGC_MODELS") is { Length: > 0 } folder ? folder : "models";

    private static ModelFolder Bound(IndexModel bound, string data)
    {
        if (bound.Folder is null || !ModelFolder.IsModel(bound.Folder))
            throw new UserException($"{data}: was indexed with the model {bound.Id}, which is no longer at "
                + $"{bound.Folder ?? "any folder"}; give it with --model");
        var model = ModelFolder.Open(bound.Folder);
        return model.Id == bound.Id
            ? model
            : throw new UserException($"{data}: was indexed with the model {bound.Id}, but {bound.Folder} holds {model.Id}; "
                + "give the former with --model");
    }
}
