using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Vectors;
using TcMgc.Shared;

namespace TcMgc.Search.Library;

/// <summary><c>GET /api/status</c>: which model searches, and how much there is to search.</summary>
internal static class StatusEndpoint
{
    private static readonly string s_version = typeof(StatusEndpoint).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/status", AnswerAsync)
        .WithName("status").WithSummary("The model, what it knows, and how much is indexed and waits.");

    private static async Task<Ok<ServiceStatus>> AnswerAsync(
        VideoTextModel model, ICatalog catalog, [FromServices] IVectorIndex index, CancellationToken cancel) =>
        TypedResults.Ok(new ServiceStatus(
            s_version,
            new(model.Id, model.About, model.Config.Head, Lower(model.Device), Lower(model.TextPrecision.Precision)),
            (await catalog.PageAsync(Shared.CollectionId.Default, 0, 1, cancel)).Total,
            (await catalog.CountWaitingAsync(cancel)).Videos,
            await index.CountAsync(cancel)));

    private static string Lower<T>(T value) where T : struct, Enum => $"{value}".ToLowerInvariant();
}
