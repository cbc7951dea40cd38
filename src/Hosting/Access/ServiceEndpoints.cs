using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TcMgc.Shared;

namespace TcMgc.Hosting.Access;

/// <summary>Endpoints about what all collections share, such as the model.</summary>
public static class ServiceEndpoints
{
    /// <summary>Answers requests of the default collection alone: what the others hold shows in such an answer.</summary>
    public static RouteHandlerBuilder OfTheService(this RouteHandlerBuilder endpoint) =>
        endpoint.AddEndpointFilter(async (context, next) => CollectionAccess.Of(context.HttpContext).IsDefault
            ? await next(context)
            : Problems.Of(StatusCodes.Status403Forbidden, "collection",
                $"this is about the whole service; a key of the collection '{CollectionId.Default}' is needed"));
}
