using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;

namespace TcMgc.Search.Library;

/// <summary><c>GET /api/v1/collections</c>: which collections there are, for whoever administers all of them.</summary>
internal static class CollectionsEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/collections", AnswerAsync)
        .RequireAuthorization(Scopes.Admin).OfTheService()
        .WithName("collections").WithSummary("The collections that have videos, and what they hold.")
        .WithExampleAnswer("""
            { "collections": [{ "name": "default", "videos": 59, "waiting": 1, "segments": 341, "bytes": 26220308 }] }
            """);

    private static async Task<Ok<CollectionList>> AnswerAsync([FromServices] AllCollections all, CancellationToken cancel) =>
        TypedResults.Ok(new CollectionList(
            [.. (await all.TotalsAsync(cancel)).Select(held => new CollectionHolding(
                held.Collection.Name, held.Videos, held.Waiting, held.Segments, held.Bytes))]));
}
