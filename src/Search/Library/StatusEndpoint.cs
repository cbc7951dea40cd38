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
using TcMgc.Stores;

namespace TcMgc.Search.Library;

/// <summary>
/// <c>GET /api/status</c>: which model searches, how much there is to search, what waits, how fast that goes, and what is left of
/// the disk.
/// </summary>
internal static class StatusEndpoint
{
    private static readonly string s_version = typeof(StatusEndpoint).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/status", AnswerAsync)
        .WithName("status").WithSummary("The model, what it knows, what is indexed and waits, throughput and disk.");

    private static async Task<Ok<ServiceStatus>> AnswerAsync(VideoTextModel model, ICatalog catalog,
        [FromServices] IVectorIndex index, [FromServices] RecentVideos recent, [FromServices] Storage stores,
        CancellationToken cancel)
    {
        var waiting = await catalog.CountWaitingAsync(cancel);
        var disk = stores.Disk;
        return TypedResults.Ok(new ServiceStatus(
            s_version,
            new(model.Id, model.About, model.Config.Head, Lower(model.Device), Lower(model.TextPrecision.Precision)),
            (await catalog.TotalsAsync(cancel)).Sum(collection => collection.Videos),
            waiting.Videos,
            await index.CountAsync(cancel))
        {
            WaitingBytes = waiting.Bytes,
            Throughput = recent.Throughput,
            Disk = new(disk.AvailableFreeSpace, disk.TotalSize),
        });
    }

    private static string Lower<T>(T value) where T : struct, Enum => $"{value}".ToLowerInvariant();
}
