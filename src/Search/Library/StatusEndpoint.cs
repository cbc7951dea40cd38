using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Search.Library;

/// <summary>
/// <c>GET /api/v1/status</c>: which model searches, how much there is to search, what waits, how fast that goes, and what is
/// left of the disk.
/// </summary>
internal static class StatusEndpoint
{
    private static readonly string s_version = typeof(StatusEndpoint).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private const string Address = "/api/v1/status";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Address, AnswerAsync)
            .WithName("status").WithSummary("The model, what it knows, what is indexed and waits, throughput and disk.")
            .WithExampleAnswer("""
                {
                  "version": "1.0.0",
                  "model": {
                    "id": "clip-vit-base-patch32@0a1b2c3d4e5f", "about": "knows pictures of the web and their captions",
                    "head": "clip4clip-mean-pooling", "device": "cpu", "precision": "bfloat16"
                  },
                  "videos": 59, "waiting": 1, "segments": 341, "collection": "default", "waitingBytes": 444412,
                  "throughput": { "minutes": 10, "videos": 12, "footage": 107.5 },
                  "disk": { "free": 74881847296, "total": 270553174016 }
                }
                """);
        // People try it in a browser, without the version.
        app.MapGet("/api/status", () => TypedResults.LocalRedirect(Address)).ExcludeFromDescription();
    }

    private static async Task<Ok<ServiceStatus>> AnswerAsync(VideoTextModel model, CollectionCatalog own,
        [FromServices] RecentVideos recent, [FromServices] Storage stores, CancellationToken cancel)
    {
        var totals = await own.TotalsAsync(cancel);
        return TypedResults.Ok(new ServiceStatus(
            s_version,
            new(model.Id, model.About, model.Config.Head, Lower(model.Device), Lower(model.TextPrecision.Precision)),
            totals.Videos, totals.Waiting, totals.Segments)
        {
            Collection = own.Collection.Name,
            WaitingBytes = totals.WaitingBytes,
            Throughput = recent.ThroughputOf(own.Collection),
            Disk = own.Collection == CollectionId.Default ? DiskOf(stores) : null,
        });
    }

    private static DiskStatus DiskOf(Storage stores) => new(stores.Disk.AvailableFreeSpace, stores.Disk.TotalSize);

    private static string Lower<T>(T value) where T : struct, Enum => $"{value}".ToLowerInvariant();
}
