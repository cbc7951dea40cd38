using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TcMgc.Hosting.Access;
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
        var search = app.MapGroup("").RequireAuthorization(Scopes.Search);
        SearchEndpoints.Map(search);
        StreamEndpoint.Map(search);
        PictureEndpoints.Map(search);
        ProxyEndpoints.Map(search);
        ClipEndpoint.Map(search);
        ProgressEndpoint.Map(search);
        StatusEndpoint.Map(search);
        VideoListEndpoint.Map(app);
        VideoEndpoints.Map(app);
        RetryEndpoint.Map(app);
        CollectionsEndpoint.Map(app);
        PageEndpoints.Map(app.MapGroup("").AllowAnonymous());
        return app;
    }
}
