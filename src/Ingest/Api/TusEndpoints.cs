using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Ingest.Uploads;

namespace TcMgc.Ingest.Api;

/// <summary>
/// <c>/api/v1/uploads</c>: uploads by the tus protocol 1.0.0 (creation, creation-with-upload, expiration, termination), which
/// continue where a broken connection left them. The answer to the last part names the video in <c>Content-Location</c>, and says
/// by <c>Tcmgc-Known: true</c> that the same content was there before.
/// </summary>
internal static class TusEndpoints
{
    private const string Version = "1.0.0", Extensions = "creation,creation-with-upload,expiration,termination";
    private const string PartType = "application/offset+octet-stream";

    /// <summary>tus: the request is not of this protocol version.</summary>
    private const int OtherVersion = StatusCodes.Status412PreconditionFailed;

    public static void Map(IEndpointRouteBuilder app)
    {
        var uploads = app.MapGroup("/api/v1/uploads").AddEndpointFilter(CheckVersionAsync);
        uploads.MapMethods("", [HttpMethods.Options], Capabilities)
            .WithName("uploadCapabilities").WithSummary("What of the tus protocol is spoken.")
            .AnswersHeader(StatusCodes.Status204NoContent, "Tus-Version", "The version of the protocol.")
            .AnswersHeader(StatusCodes.Status204NoContent, "Tus-Extension", "Its extensions that are spoken.")
            .AnswersHeader(StatusCodes.Status204NoContent, "Tus-Max-Size", "Most bytes of an upload.");
        var versioned = uploads.MapGroup("")
            .TakesHeader("Tus-Resumable", "The version of the protocol.", Version, isRequired: true);
        versioned.MapPost("", CreateAsync)
            .Limit(Work.Upload)
            .WithName("createUpload").WithSummary("Begin a resumable upload (tus).")
            .Produces(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(OtherVersion)
            .TakesHeader("Upload-Length", "The video's size in bytes.", "1048576", isRequired: true)
            .TakesHeader("Upload-Metadata", "Its file name: 'filename' and the name in Base64.", "filename aG9saWRheS5tcDQ=")
            .AnswersHeader(StatusCodes.Status201Created, "Location", "Where the bytes are to be sent.");
        TellsState(versioned.MapMethods("/{id}", [HttpMethods.Head], HeadAsync)
            .WithName("uploadOffset").WithSummary("How much of an upload has come (tus).")
            .Produces(StatusCodes.Status200OK).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(OtherVersion)
            .AnswersHeader(StatusCodes.Status200OK, "Upload-Length", "The video's size in bytes."), StatusCodes.Status200OK);
        TellsState(versioned.MapPatch("/{id}", PatchAsync)
            .WithName("continueUpload").WithSummary("Add bytes to an upload (tus).")
            .Accepts<Stream>(PartType).Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(OtherVersion).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status423Locked)
            .TakesHeader("Upload-Offset", "How many bytes have come.", "0", isRequired: true), StatusCodes.Status204NoContent);
        versioned.MapDelete("/{id}", DeleteAsync)
            .WithName("deleteUpload").WithSummary("Give an upload up (tus).")
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(OtherVersion).ProducesProblem(StatusCodes.Status423Locked);

        static void TellsState(RouteHandlerBuilder endpoint, int status) => endpoint
            .AnswersHeader(status, "Upload-Offset", "How many bytes have come.")
            .AnswersHeader(status, "Upload-Expires", "When what has come is forgotten; absent once all has.")
            .AnswersHeader(status, "Content-Location", "The video, once all has come.")
            .AnswersHeader(status, "Tcmgc-Known", "true where the same content was there already.");
    }

    private static async ValueTask<object?> CheckVersionAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers["Tus-Resumable"] = Version;
        if (HttpMethods.IsOptions(http.Request.Method) || http.Request.Headers["Tus-Resumable"] == Version)
            return await next(context);
        http.Response.Headers["Tus-Version"] = Version;
        return Problems.Of(OtherVersion, "tus-version", $"the header Tus-Resumable must be {Version}");
    }

    private static NoContent Capabilities(HttpResponse http, UploadOptions options)
    {
        (http.Headers["Tus-Version"], http.Headers["Tus-Extension"]) = (Version, Extensions);
        http.Headers["Tus-Max-Size"] = Text(options.LargestBytes);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> CreateAsync(
        HttpRequest http, CollectionCatalog own, PartialUploads uploads, VideoIntake intake, UploadOptions options,
        AuditLog audit, CancellationToken cancel)
    {
        if (NumberIn(http, "Upload-Length") is not { } length)
            return Problems.Of(StatusCodes.Status400BadRequest, "tus-length",
                "the header Upload-Length must be the video's size in bytes");
        if (length > options.LargestBytes)
            return UploadEndpoint.TooLarge(options);
        if (length == 0)
            return UploadAnswer.Empty();
        if (!TryReadName(http.Headers["Upload-Metadata"].ToString(), out var name))
            return Problems.Of(StatusCodes.Status400BadRequest, "tus-metadata",
                "the header Upload-Metadata must have the file name in Base64: filename aG9saWRheS5tcDQ=");
        await intake.Quota.CheckAsync(own.Collection, length, cancel);
        await intake.Room.CheckAsync(length, cancel);
        var upload = await uploads.CreateAsync(own.Collection, length, name, cancel);
        http.HttpContext.Response.Headers.Location = $"{http.PathBase}/api/v1/uploads/{upload.Id}".In(own.Collection);
        using var held = uploads.TryLock(upload.Id);
        return (http.ContentType == PartType ? await AddAsync(http, upload, uploads, intake, audit, cancel) : null)
            ?? TypedResults.StatusCode(StatusCodes.Status201Created);
    }

    private static async Task<IResult> HeadAsync(
        string id, HttpResponse http, CollectionCatalog own, PartialUploads uploads, VideoIntake intake, AuditLog audit,
        CancellationToken cancel)
    {
        http.Headers.CacheControl = "no-store";
        if (await uploads.FindAsync(own.Collection, id, cancel) is not { } upload)
            return NotFound(id);
        using var held = uploads.TryLock(id);
        if (held is not null) // The process may have ended between the last byte and the intake.
        {
            if (await uploads.FindAsync(own.Collection, id, cancel) is not { } still)
                return NotFound(id);
            upload = await FinishAsync(http.HttpContext, still, uploads, intake, audit, cancel);
        }
        http.Headers["Upload-Length"] = Text(upload.Length);
        WriteState(http, upload, uploads);
        return TypedResults.Ok();
    }

    private static async Task<IResult> PatchAsync(
        string id, HttpRequest http, CollectionCatalog own, PartialUploads uploads, VideoIntake intake, AuditLog audit,
        CancellationToken cancel)
    {
        if (http.ContentType != PartType)
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "tus-content-type",
                $"the Content-Type must be {PartType}");
        if (await uploads.FindAsync(own.Collection, id, cancel) is null)
            return NotFound(id); // Before the lock, which others' requests must not hold.
        using var held = uploads.TryLock(id);
        if (held is null)
            return Problems.Of(StatusCodes.Status423Locked, "upload-busy",
                "another request adds to this upload; ask for its offset and try again");
        if (await uploads.FindAsync(own.Collection, id, cancel) is not { } upload)
            return NotFound(id);
        if (NumberIn(http, "Upload-Offset") != uploads.OffsetOf(upload))
            return Problems.Of(StatusCodes.Status409Conflict, "upload-offset",
                $"the upload has {uploads.OffsetOf(upload)} bytes; the header Upload-Offset must say so");
        return await AddAsync(http, upload, uploads, intake, audit, cancel) ?? TypedResults.NoContent();
    }

    private static async Task<IResult> DeleteAsync(
        string id, CollectionCatalog own, PartialUploads uploads, CancellationToken cancel)
    {
        if (await uploads.FindAsync(own.Collection, id, cancel) is null)
            return NotFound(id);
        using var held = uploads.TryLock(id);
        if (held is null)
            return Problems.Of(StatusCodes.Status423Locked, "upload-busy", "another request adds to this upload");
        uploads.Delete(id);
        return TypedResults.NoContent();
    }

    /// <summary>Adds the body; a complete upload becomes a video.</summary>
    /// <returns>What is wrong with the request; null where nothing is.</returns>
    private static async ValueTask<IResult?> AddAsync(
        HttpRequest http, PartialUpload upload, PartialUploads uploads, VideoIntake intake, AuditLog audit,
        CancellationToken cancel)
    {
        var missing = upload.Length - uploads.OffsetOf(upload);
        if (http.ContentLength is not { } length || length > missing)
            return Problems.Of(StatusCodes.Status400BadRequest, "upload-length",
                $"the upload lacks {missing} bytes; the header Content-Length must be at most that");
        UploadEndpoint.Allow(http, length);
        if (length > 0)
            await uploads.AppendAsync(upload, intake.Room.Watch(http.Body), cancel);
        var now = await FinishAsync(http.HttpContext, upload, uploads, intake, audit, cancel);
        WriteState(http.HttpContext.Response, now, uploads);
        return null;
    }

    private static async ValueTask<PartialUpload> FinishAsync(
        HttpContext http, PartialUpload upload, PartialUploads uploads, VideoIntake intake, AuditLog audit,
        CancellationToken cancel)
    {
        if (upload.Video is not null || uploads.OffsetOf(upload) < upload.Length)
            return upload;
        AcceptedVideo video;
        var content = uploads.OpenRead(upload);
        await using (content)
            video = await intake.AcceptAsync(upload.Collection, upload.Name, content, cancel);
        UploadAnswer.Tell(video, http, audit);
        return await uploads.CompleteAsync(upload, video, cancel);
    }

    private static void WriteState(HttpResponse http, PartialUpload upload, PartialUploads uploads)
    {
        http.Headers["Upload-Offset"] = Text(uploads.OffsetOf(upload));
        if (uploads.ExpiryOf(upload) is { } expiry)
            http.Headers["Upload-Expires"] = expiry.ToString("R", CultureInfo.InvariantCulture);
        if (upload.Video is not { } video)
            return;
        http.Headers.ContentLocation = UploadAnswer.UrlOf(video, upload.Collection);
        if (upload.Known)
            http.Headers["Tcmgc-Known"] = "true";
    }

    private static ProblemHttpResult NotFound(string id) => Problems.Of(StatusCodes.Status404NotFound, "upload-not-found",
        $"there is no upload '{id}'; it has expired, or was given up");

    private static long? NumberIn(HttpRequest http, string header) =>
        long.TryParse(http.Headers[header].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>The file name among pairs of a key and a value in Base64, joined by commas; null where there is none.</summary>
    /// <returns>False where it is not in Base64.</returns>
    private static bool TryReadName(string metadata, out string? name)
    {
        name = null;
        foreach (var pair in metadata.Split(',', StringSplitOptions.TrimEntries))
            if (pair.Split(' ') is ["filename", var value])
                return (name = Decoded(value)) is not null;
        return true;
    }

    private static string? Decoded(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var count) ? Encoding.UTF8.GetString(bytes, 0, count) : null;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
