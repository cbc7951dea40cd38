using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Search.Library;

/// <summary><c>/api/v1/videos/{id}/proxy</c>: a version of a video for browsers that do not play the original.</summary>
internal static class ProxyEndpoints
{
    /// <summary>What the parameter <c>format</c> says.</summary>
    public const string Formats = "mp4 or webm; default the best that the service can make.";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/api/v1/videos/{id}/proxy", MakeAsync).Limit(Work.Picture)
            .WithName("prepareProxy").WithSummary("Have a version for browsers made, unless it is there; says how far it is.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/api/v1/videos/{id}/proxy", GetAsync).Limit(Work.Picture)
            .WithName("getProxy").WithSummary("How far a video's version for browsers is.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        Map(HttpMethods.Get).WithName("streamProxy").WithSummary("A video's version for browsers; answers range requests.");
        Map(HttpMethods.Head).WithName("streamProxyHead").WithSummary("The headers of that version's stream.");

        RouteHandlerBuilder Map(string method) => app.MapMethods("/api/v1/videos/{id}/proxy/stream", [method], StreamAsync)
            .Produces<Stream>(
                StatusCodes.Status200OK, BrowserFormats.TypeOf(BrowserFormat.Mp4), BrowserFormats.TypeOf(BrowserFormat.WebM))
            .Produces<Stream>(StatusCodes.Status206PartialContent,
                BrowserFormats.TypeOf(BrowserFormat.Mp4), BrowserFormats.TypeOf(BrowserFormat.WebM))
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .ProducesProblem(StatusCodes.Status416RangeNotSatisfiable)
            .TakesHeader("Range", "Which bytes; default all.", "bytes=0-1023");
    }

    /// <summary>The path of a video's version for browsers.</summary>
    public static string PathOf(Guid video, CollectionId collection) => $"/api/v1/videos/{video}/proxy".In(collection);

    /// <summary>The format that a request names; false where there is none of that name.</summary>
    public static bool TryParse(string? name, out BrowserFormat? format)
    {
        format = name is null ? null : BrowserFormats.Parse(name);
        return name is null || format is not null;
    }

    /// <summary>The problem that there is no such format.</summary>
    public static ProblemHttpResult NoFormat(string? name) => Problems.Of(StatusCodes.Status400BadRequest, "out-of-range",
        $"there is no format '{name}'; it may be mp4 or webm");

    private static Task<Results<Ok<VideoProxy>, Accepted<VideoProxy>, ProblemHttpResult>> MakeAsync(
        string id, CollectionCatalog own, Proxies proxies, CancellationToken cancel,
        [Description(Formats)] string? format = null) =>
        AnswerAsync(id, own, proxies, format, makes: true, cancel);

    private static Task<Results<Ok<VideoProxy>, Accepted<VideoProxy>, ProblemHttpResult>> GetAsync(
        string id, CollectionCatalog own, Proxies proxies, CancellationToken cancel,
        [Description(Formats)] string? format = null) =>
        AnswerAsync(id, own, proxies, format, makes: false, cancel);

    private static async Task<Results<Ok<VideoProxy>, Accepted<VideoProxy>, ProblemHttpResult>> AnswerAsync(
        string id, CollectionCatalog own, Proxies proxies, string? format, bool makes, CancellationToken cancel)
    {
        if (!TryParse(format, out var wanted))
            return NoFormat(format);
        if (await own.FindAsync(id, cancel) is not { } entry)
            return VideoEndpoints.NotFound(id);
        var (state, made) = await proxies.AskAsync(entry, wanted, makes, cancel);
        var path = PathOf(entry.Id.Value, own.Collection);
        return state.State switch
        {
            ProxyState.Waiting or ProxyState.Making => TypedResults.Accepted(path, state),
            ProxyState.Ready => TypedResults.Ok(state with { Stream = StreamOf(entry, made) }),
            _ => TypedResults.Ok(state),
        };
    }

    private static string StreamOf(CatalogEntry entry, BrowserFormat format) =>
        $"/api/v1/videos/{entry.Id}/proxy/stream?format={BrowserFormats.NameOf(format)}".In(entry.Collection);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> StreamAsync(string id, CollectionCatalog own,
        Proxies proxies, HttpResponse http, CancellationToken cancel, [Description(Formats)] string? format = null)
    {
        if (!TryParse(format, out var wanted))
            return NoFormat(format);
        if (await own.FindAsync(id, cancel) is not { } entry)
            return VideoEndpoints.NotFound(id);
        var made = wanted ?? BrowserFormat.Mp4;
        if (await proxies.OpenAsync(entry.Id, made, cancel) is not { } version)
            return Problems.Of(StatusCodes.Status404NotFound, "proxy-not-found",
                $"no version of '{entry.Name}' for browsers is there as {BrowserFormats.NameOf(made)}; POST "
                + $"/api/v1/videos/{id}/proxy has it made");
        http.Headers.XContentTypeOptions = "nosniff";
        var tag = new EntityTagHeaderValue($"\"{entry.Sha256}-{BrowserFormats.NameOf(made)}\"");
        return TypedResults.Stream(version, BrowserFormats.TypeOf(made), entityTag: tag, enableRangeProcessing: true);
    }
}
