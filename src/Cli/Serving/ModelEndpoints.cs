using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Model;
using TcMgc.Model.Hub;
using TcMgc.Model.Store;
using TcMgc.Stores;

namespace TcMgc.Cli.Serving;

/// <summary><c>/api/v1/models</c>: the models that <c>tcmgc serve</c> has, and the download of others.</summary>
internal static class ModelEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/api/v1/models");
        models.MapGet("", ListAsync).RequireAuthorization(Scopes.Search)
            .WithName("models").WithSummary("The models that are here, those that can be downloaded, and how far that is.")
            .WithExampleAnswer("""
                {
                  "inUse": "tiny@2ba1fadaad7e",
                  "installed": [
                    { "name": "tiny", "id": "tiny@2ba1fadaad7e", "about": "knows drawn shapes, nothing of real footage" }
                  ],
                  "offered": [
                    {
                      "name": "ViT-B/32", "folder": "clip-vit-base-patch32", "bytes": 605000000, "firstFound": 58.8, "work": 1
                    }
                  ],
                  "pull": { "name": "ViT-B/32", "state": "downloading", "received": 121000000, "bytes": 605000000 }
                }
                """);
        models.MapPost("/pull", Pull).RequireAuthorization(Scopes.Admin).OfTheService()
            .WithName("pullModel").WithSummary("Download an offered model, or continue that.")
            .WithExample("""{"name": "ViT-B/32"}""")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        models.MapDelete("/pull", Stop).RequireAuthorization(Scopes.Admin).OfTheService()
            .WithName("stopPull").WithSummary("Stop the download; what came stays.");
        models.MapPost("/use", UseAsync).RequireAuthorization(Scopes.Admin).OfTheService()
            .WithName("useModel").WithSummary("Encode the library with another model, then search with that.")
            .WithExample("""{"name": "clip-vit-base-patch32"}""")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
        models.MapDelete("/use", Keep).RequireAuthorization(Scopes.Admin).OfTheService()
            .WithName("keepModel").WithSummary("Keep the present model; what was encoded with the other one is deleted.");
    }

    private static Ok<ModelList> ListAsync(VideoTextModel model, CollectionCatalog own, ModelOptions options,
        [FromServices] ModelPulls pulls, [FromServices] ModelSwitch change) =>
        TypedResults.Ok(new ModelList(model.Id, Installed(options.Models),
            [.. OfferedModel.All.Select(offered => new ModelOffer(
                offered.Name, ModelPulls.FolderOf(offered), offered.Bytes, offered.FirstFound, offered.Work))])
        {
            Pull = pulls.Last,
            Change = own.Collection.IsDefault ? change.State : null, // It says how many videos all have.
        });

    private static Results<Accepted<ModelPull>, ProblemHttpResult> Pull(
        ModelName given, [FromServices] ModelPulls pulls, AuditLog audit, HttpContext http)
    {
        if (OfferedModel.All.FirstOrDefault(offered => offered.Name == given.Name) is not { } offered)
            return Problems.Of(StatusCodes.Status404NotFound, "model-not-found",
                $"there is no model '{given.Name}' to download; GET /api/v1/models names those there are");
        try
        {
            if (!pulls.TryStart(offered))
                return Problems.Of(StatusCodes.Status409Conflict, "busy",
                    $"{pulls.Last!.Name} is being downloaded; one model is downloaded at a time");
        }
        catch (ModelException error)
        {
            return Problems.Of(StatusCodes.Status409Conflict, "model", error.Message);
        }
        audit.Tell(http, AuditActions.ModelPull, null, offered.Name);
        return TypedResults.Accepted("/api/v1/models", pulls.Last!);
    }

    private static NoContent Stop([FromServices] ModelPulls pulls)
    {
        pulls.Stop();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Accepted<ModelChange>, ProblemHttpResult>> UseAsync(ModelUse given, VideoTextModel model,
        ModelOptions options, [FromServices] Storage stores, [FromServices] ModelSwitch change, AuditLog audit, HttpContext http,
        CancellationToken cancel)
    {
        if (Installed(options.Models).Find(installed => installed.Name == given.Name) is not { } installed)
            return Problems.Of(StatusCodes.Status404NotFound, "model-not-found",
                $"there is no model '{given.Name}' here; GET /api/v1/models names those there are");
        if (installed.Id == model.Id)
            return Problems.Of(StatusCodes.Status409Conflict, "model", $"{installed.Name} searches already");
        if (!stores.CanHaveNextIndex)
            return Problems.Of(StatusCodes.Status400BadRequest, "model",
                "the index is in Qdrant: 'tcmgc reindex --model NAME' encodes the library with another model there");
        if (!await change.TryStartAsync(ModelFolder.Find(installed.Name, options.Models), given.WithoutFailed, cancel))
            return Problems.Of(StatusCodes.Status409Conflict, "busy", "the library is being encoded with another model already");
        audit.Tell(http, AuditActions.ModelUse, null, installed.Id);
        return TypedResults.Accepted("/api/v1/models", change.State!);
    }

    private static NoContent Keep([FromServices] ModelSwitch change)
    {
        change.Drop();
        return TypedResults.NoContent();
    }

    /// <summary>The models of a folder that can be used, by name.</summary>
    private static List<InstalledModel> Installed(string models)
    {
        var found = new List<InstalledModel>();
        if (!Directory.Exists(models))
            return found;
        foreach (var path in Directory.EnumerateDirectories(models).Where(ModelFolder.IsModel).Order(StringComparer.Ordinal))
            try
            {
                var folder = ModelFolder.Open(path);
                found.Add(new(Path.GetFileName(path), folder.Id, folder.Card.About));
            }
            catch (ModelException)
            {
                // 'tcmgc model list' says what is wrong with it; here it cannot be chosen.
            }
        return found;
    }
}
