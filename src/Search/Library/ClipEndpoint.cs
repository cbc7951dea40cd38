using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Limits;
using TcMgc.Media;

namespace TcMgc.Search.Library;

/// <summary><c>GET /api/v1/videos/{id}/clip</c>: a part of a video as a file of its own.</summary>
internal static class ClipEndpoint
{
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/api/v1/videos/{id}/clip", GetAsync).Limit(Work.Clip)
        .WithName("clip").WithSummary("A part of a video, exactly from one time to another, to download.")
        .Produces<Stream>(
            StatusCodes.Status200OK, BrowserFormats.TypeOf(BrowserFormat.Mp4), BrowserFormats.TypeOf(BrowserFormat.WebM))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status410Gone);

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(string id,
        [Description("Where it starts, in seconds.")] double start, [Description("Where it ends, in seconds.")] double end,
        CollectionCatalog own, Originals originals, BrowserVideoMaker maker, SearchOptions options, HttpResponse http,
        CancellationToken cancel, [Description(ProxyEndpoints.Formats)] string? format = null)
    {
        if (!ProxyEndpoints.TryParse(format, out var wanted))
            return ProxyEndpoints.NoFormat(format);
        if (!double.IsFinite(start) || !double.IsFinite(end) || start < 0 || end <= start
            || end - start > options.LongestClip.TotalSeconds)
            return Problems.Of(StatusCodes.Status400BadRequest, "out-of-range",
                "start must be at least 0, and end after it by at most "
                + $"{options.LongestClip.TotalSeconds:0} s (Search:LongestClip)");
        if (await own.FindAsync(id, cancel) is not { } entry)
            return VideoEndpoints.NotFound(id);
        if (start >= entry.Duration)
            return Problems.Of(StatusCodes.Status400BadRequest, "out-of-range",
                $"start must be before the end of the video, {entry.Duration:0.#} s");
        await using var original = await originals.LendAsync(entry, cancel);
        if (original.File.Reason is { } gone)
            return Problems.Of(StatusCodes.Status410Gone, "original-gone", $"'{entry.Name}' {gone}");
        var made = await maker.CutAsync(original.File.Path, wanted, start, end, cancel);
        if (made.Value is not { } clip)
            return Problems.Of(StatusCodes.Status410Gone, "clip-gone", $"'{entry.Name}' {made.Reason}");
        http.RegisterForDisposeAsync(clip);
        http.Headers.CacheControl = "private, no-store";
        return TypedResults.Stream(File.OpenRead(clip.Path), BrowserFormats.TypeOf(clip.Format),
            $"{Clips.NameOf(entry, start, end)}.{BrowserFormats.NameOf(clip.Format)}");
    }
}
