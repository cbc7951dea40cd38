using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting;
using TcMgc.Ingest.Uploads;

namespace TcMgc.Ingest.Api;

/// <summary><c>POST /api/videos/url</c>: a video that the server fetches itself, where the configuration allows it.</summary>
internal static class UrlEndpoint
{
    /// <summary>The body.</summary>
    /// <param name="Url">Where the video lies, http or https.</param>
    /// <param name="Name">File name under which it is to be known; default the URL's last part.</param>
    private sealed record UrlUpload(string? Url, string? Name = null);

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/videos/url", FetchAsync)
        .WithName("fetchVideo").WithSummary("Fetch a video from a URL; off unless Upload:FromUrl is true.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status502BadGateway);

    private static async Task<Results<Accepted<TakenView>, Ok<TakenView>, ProblemHttpResult>> FetchAsync(
        UrlUpload body, VideoIntake intake, UrlSource source, UploadOptions options, CancellationToken cancel)
    {
        if (!options.FromUrl)
            return Problems.Of(StatusCodes.Status403Forbidden, "url-off", "videos are not fetched from URLs here; set Upload:FromUrl to true to allow it");
        if (!Uri.TryCreate(body.Url, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            return Problems.Of(StatusCodes.Status400BadRequest, "url-invalid", "url must be an address that begins with http:// or https://");
        try
        {
            using var response = await source.GetAsync(url, cancel);
            if (response.Content.Headers.ContentLength is not { } length)
                return Problems.Of(StatusCodes.Status502BadGateway, "url-failed", "the server does not say how long the video is");
            if (length > options.LargestBytes)
                return UploadEndpoint.TooLarge(options);
            var content = await response.Content.ReadAsStreamAsync(cancel);
            await using (content)
                return TakenView.Answer(await intake.TakeAsync(body.Name ?? Uri.UnescapeDataString(url.Segments[^1]), content, cancel));
        }
        catch (HttpRequestException error)
        {
            return Problems.Of(StatusCodes.Status502BadGateway, "url-failed", $"the video cannot be fetched: {error.Message}");
        }
    }
}
