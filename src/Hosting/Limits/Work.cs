using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TcMgc.Hosting.Limits;

/// <summary>What a request makes the service do, as far as that is limited.</summary>
public enum Work
{
    /// <summary>Search, by whatever.</summary>
    Search,

    /// <summary>Take a video.</summary>
    Upload,

    /// <summary>Take a transcript.</summary>
    Transcript,

    /// <summary>Show a picture of a video, which may have to be made.</summary>
    Picture,

    /// <summary>Cut a clip out of a video.</summary>
    Clip,

    /// <summary>Keep a stream of events open.</summary>
    Follow,
}

/// <summary>Marks endpoints.</summary>
public static class LimitedEndpoints
{
    /// <summary>Limits requests to an endpoint by what they make the service do; see <see cref="LimitOptions"/>.</summary>
    public static RouteHandlerBuilder Limit(this RouteHandlerBuilder endpoint, Work work) =>
        endpoint.WithMetadata(new Limited(work)).ProducesProblem(StatusCodes.Status429TooManyRequests);

    /// <summary>What requests to an endpoint do; null where it is not limited.</summary>
    internal static Work? WorkOf(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<Limited>()?.Work;

    private sealed record Limited(Work Work);
}
