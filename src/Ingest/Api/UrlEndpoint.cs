using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Ingest.Uploads;
using TcMgc.Ingest.Urls;

namespace TcMgc.Ingest.Api;

/// <summary><c>POST /api/v1/videos/url</c>: the server fetches a video itself, where the configuration allows it.</summary>
internal static class UrlEndpoint
{
    [Description("The body: where a video is.")]
    private sealed record UrlUpload(
        [property: Description("Address of the video, http or https.")] string Url,
        [property: Description("File name to show; default the last part of the URL.")] string? Name = null);

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/v1/videos/url", FetchAsync)
        .Limit(Work.Upload)
        .WithName("fetchVideo").WithSummary("Fetch a video from a URL; off unless Upload:FromUrl is true.")
        .WithExample("""{"url": "https://media.example.org/holiday.mp4", "name": "holiday.mp4"}""")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status502BadGateway);

    private static async Task<Results<Accepted<UploadedVideo>, Ok<UploadedVideo>, ProblemHttpResult>> FetchAsync(
        UrlUpload body, CollectionCatalog own, VideoIntake intake, UrlSource source, UploadOptions options,
        HttpContext http, AuditLog audit, CancellationToken cancel)
    {
        if (!options.FromUrl)
            return Problems.Of(StatusCodes.Status403Forbidden, "url-off",
                "videos are not fetched from URLs here; set Upload:FromUrl to true to allow it");
        if (!Uri.TryCreate(body.Url, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return Problems.Of(StatusCodes.Status400BadRequest, "url-invalid",
                "url must be an address that begins with http:// or https://");
        try
        {
            using var response = await source.GetAsync(url, cancel);
            if (response.Content.Headers.ContentLength is not { } length)
                return Failed("the server does not say how long the video is");
            if (length > options.LargestBytes)
                return UploadEndpoint.TooLarge(options);
            await intake.Quota.CheckAsync(own.Collection, length, cancel);
            var content = await source.OpenAsync(response, cancel);
            await using (content)
            {
                var name = body.Name ?? Uri.UnescapeDataString(url.Segments[^1]);
                return await UploadAnswer.AcceptAsync(intake, own.Collection, name, content, http, audit, cancel);
            }
        }
        // The blob store reports errors of its own as UserException: an IOException is a body that breaks off.
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            return Failed($"the video cannot be fetched: {error.Message}");
        }
    }

    private static ProblemHttpResult Failed(string detail) =>
        Problems.Of(StatusCodes.Status502BadGateway, "url-failed", detail);
}
