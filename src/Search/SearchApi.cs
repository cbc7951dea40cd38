using Microsoft.AspNetCore.Routing;
using TcMgc.Search.Library;
using TcMgc.Search.Page;
using TcMgc.Search.Query;

namespace TcMgc.Search;

/// <summary>Search over HTTP, in JSON; errors are problem details (RFC 9457).</summary>
public static class SearchApi
{
    /// <summary>Adds every endpoint below <c>/api</c>, and the page that uses them.</summary>
    public static IEndpointRouteBuilder MapSearchApi(this IEndpointRouteBuilder app)
    {
        SearchEndpoints.Map(app);
        VideoEndpoints.Map(app);
        StreamEndpoint.Map(app);
        PictureEndpoints.Map(app);
        ProgressEndpoint.Map(app);
        PageEndpoints.Map(app);
        return app;
    }
}
