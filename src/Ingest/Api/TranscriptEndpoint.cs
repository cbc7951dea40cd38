using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared;
using TcMgc.Shared.Hosting;

namespace TcMgc.Ingest.Api;

/// <summary><c>PUT /api/videos/{id}/transcript</c>: what is said in a video, in place of what was known of that.</summary>
internal static class TranscriptEndpoint
{
    /// <summary>A transcript as the answer to it tells of it.</summary>
    /// <param name="Cues">Cues that were read.</param>
    /// <param name="Warning">What could not be read, in one line; null where all could.</param>
    private sealed record TranscriptView(int Cues, string? Warning);

    public static void Map(IEndpointRouteBuilder app) => app.MapPut("/api/videos/{id}/transcript", PutAsync)
        .WithName("putTranscript").WithSummary("Say what is said in a video: SubRip, WebVTT or JSON, whatever its type is called; replaces what was known.")
        .Accepts<IFormFile>("application/x-subrip", "text/vtt", "application/json", "*/*")
        .WithMetadata(new RequestSizeLimitAttribute(TranscriptFile.LargestBytes))
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<TranscriptView>, ProblemHttpResult>> PutAsync(string id, HttpRequest http, TranscriptIntake intake, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        await http.Body.CopyToAsync(content, cancel).ConfigureAwait(false);
        if (!VideoId.TryParse(id, out var video) || await intake.TakeAsync(video, content.ToArray(), cancel).ConfigureAwait(false) is not { } read)
            return Problems.Of(StatusCodes.Status404NotFound, "video-not-found", $"there is no video '{id}'; GET /api/videos lists those there are");
        return read.Cues is { } cues
            ? TypedResults.Ok(new TranscriptView(cues.Count, read.Warning))
            : Problems.Of(StatusCodes.Status400BadRequest, "transcript-unreadable", $"the transcript {read.Reason}");
    }
}
