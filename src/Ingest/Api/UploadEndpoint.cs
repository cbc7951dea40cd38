using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;

namespace TcMgc.Ingest.Api;

/// <summary>
/// <c>POST /api/v1/videos</c>: a video as the body, or as the first file of a form; it streams to the blob store and is never
/// held in memory as a whole.
/// </summary>
internal static class UploadEndpoint
{
    /// <summary>Bytes that a form adds to its file.</summary>
    private const int FormBytes = 1 << 16;

    /// <summary>Of a form's parts: RFC 2046, section 5.1.1.</summary>
    private const int LongestBoundary = 70;

    public static void Map(IEndpointRouteBuilder app) => app.MapPost("/api/v1/videos", UploadAsync)
        .Limit(Work.Upload)
        .WithName("uploadVideo").WithSummary("Upload a video, as the body or as a form's first file.")
        .Accepts<IFormFile>("multipart/form-data", "*/*")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Lets a request's body have so many bytes, and what a form adds.</summary>
    public static void Allow(HttpRequest http, long bytes)
    {
        if (http.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = bytes + FormBytes;
    }

    /// <summary>Content that is larger than a video may be.</summary>
    public static ProblemHttpResult TooLarge(UploadOptions options) =>
        Problems.Of(StatusCodes.Status413PayloadTooLarge, "video-too-large",
            $"the video is larger than the limit of {options.LargestBytes} bytes (Upload:LargestBytes)");

    private static async Task<Results<Accepted<UploadedVideo>, Ok<UploadedVideo>, ProblemHttpResult>> UploadAsync(
        HttpRequest http, CollectionCatalog own, VideoIntake intake, UploadOptions options, AuditLog audit,
        CancellationToken cancel, [Description("Its file name; of a form by default the file's.")] string? name = null)
    {
        if (http.ContentLength > options.LargestBytes + FormBytes)
            return TooLarge(options);
        await intake.Quota.CheckAsync(own.Collection, Math.Max(0, (http.ContentLength ?? 0) - FormBytes), cancel);
        Allow(http, options.LargestBytes);
        if (Boundary(http) is not { } boundary)
            return await UploadAnswer.AcceptAsync(intake, own.Collection, name, http.Body, http.HttpContext, audit, cancel);
        if (boundary.Length > LongestBoundary)
            throw new BadHttpRequestException($"the form's boundary has more than {LongestBoundary} characters");
        try
        {
            return await FileOfAsync(http, boundary, cancel) is { } file
                ? await UploadAnswer.AcceptAsync(
                    intake, own.Collection, name ?? file.FileName, file.Content, http.HttpContext, audit, cancel)
                : Problems.Of(StatusCodes.Status400BadRequest, "video-missing",
                    "the form has no file; or send the video as the body");
        }
        // The stores report errors of their own as UserException: an IOException is a form that breaks off.
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException
            && !DiskFull.Is(error))
        {
            throw new BadHttpRequestException($"the form cannot be read: {error.Message}", error);
        }
    }

    /// <summary>
    /// What separates a form's parts; null where the body is the video itself, whatever its Content-Type (curl's default is that
    /// of a form's fields).
    /// </summary>
    private static string? Boundary(HttpRequest http) =>
        MediaTypeHeaderValue.TryParse(http.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary).Value is { Length: > 0 } boundary ? boundary : null;

    /// <summary>
    /// The first file of a form, read as it arrives: reading the form as a whole would write the file to disk a second time.
    /// </summary>
    private static async ValueTask<(string FileName, Stream Content)?> FileOfAsync(
        HttpRequest http, string boundary, CancellationToken cancel)
    {
        var form = new MultipartReader(boundary, http.Body);
        while (await form.ReadNextSectionAsync(cancel) is { } section)
            if (section.GetContentDispositionHeader() is { } part && part.IsFileDisposition())
                return ((part.FileNameStar.Value ?? part.FileName.Value ?? "").Trim('"'), section.Body);
        return null;
    }
}
