using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Api;

/// <summary><c>/api/v1/videos/{id}/transcript</c>: the transcript of a video, to put, get and delete.</summary>
internal static class TranscriptEndpoint
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var transcript = app.MapGroup("/api/v1/videos/{id}/transcript")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        transcript.MapPut("", PutAsync).RequireAuthorization(Scopes.Upload).Limit(Work.Transcript)
            .WithName("putTranscript")
            .WithSummary("Say what is said in a video: SubRip, WebVTT or JSON, whatever its type is called; "
                + "replaces what was known.")
            .Accepts<IFormFile>("application/x-subrip", "text/vtt", "application/json", "*/*")
            .WithMetadata(new RequestSizeLimitAttribute(TranscriptFile.LargestBytes))
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge);
        transcript.MapGet("", GetAsync).RequireAuthorization(Scopes.Search)
            .WithName("getTranscript")
            .WithSummary("What is said in a video: cues in the order of their start, in the JSON that PUT takes.")
            .Produces<IReadOnlyList<Cue>>()
            .WithExampleAnswer("""[{ "start": 3.2, "end": 5.9, "text": "and there is the lake" }]""");
        transcript.MapDelete("", DeleteAsync).RequireAuthorization(Scopes.Upload)
            .WithName("deleteTranscript").WithSummary("Forget what is said in a video.");
    }

    private static async Task<Results<Ok<ReadTranscript>, ProblemHttpResult>> PutAsync(
        string id, HttpRequest http, CollectionCatalog own, TranscriptIntake intake, AuditLog audit, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        await http.Body.CopyToAsync(content, cancel);
        if (await own.FindAsync(id, cancel) is not { Id: var video }
            || await intake.AcceptAsync(video, content.ToArray(), cancel) is not { } read)
            return NoVideo(id);
        if (read.Cues is not { } cues)
            return Problems.Of(StatusCodes.Status400BadRequest, "transcript-unreadable", $"the transcript {read.Reason}");
        audit.Tell(http.HttpContext, AuditActions.Transcript, video.Value);
        return TypedResults.Ok(new ReadTranscript(cues.Count, read.Warning));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> GetAsync(
        string id, CollectionCatalog own, TranscriptIntake intake, CancellationToken cancel) =>
        await own.FindAsync(id, cancel) is { Id: var video } && await intake.OpenAsync(video, cancel) is { } cues
            ? TypedResults.Stream(cues, MediaTypeNames.Application.Json)
            : Problems.Of(StatusCodes.Status404NotFound, "transcript-not-found",
                $"of a video '{id}' no transcript is known; PUT one");

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        string id, HttpContext http, CollectionCatalog own, TranscriptIntake intake, AuditLog audit, CancellationToken cancel)
    {
        if (await own.FindAsync(id, cancel) is not { Id: var video } || !await intake.ForgetAsync(video, cancel))
            return NoVideo(id);
        audit.Tell(http, AuditActions.TranscriptDelete, video.Value);
        return TypedResults.NoContent();
    }

    private static ProblemHttpResult NoVideo(string id) =>
        Problems.Of(StatusCodes.Status404NotFound, "video-not-found",
            $"there is no video '{id}'; GET /api/v1/videos lists those there are");
}
