using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using TcMgc.Client;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;

namespace TcMgc.Cli.Serving;

/// <summary><c>/api/v1/demo</c>: fills the library with drawn clips, and says what they show.</summary>
internal static class DemoEndpoints
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/v1/demo", ([FromServices] DemoClips demo) => TypedResults.Ok(demo.State))
            .RequireAuthorization(Scopes.Search).OfTheService()
            .WithName("demo").WithSummary("The demo's clips, what they show, and how many are drawn.");
        app.MapPost("/api/v1/demo", Start).RequireAuthorization(Scopes.Upload).OfTheService()
            .WithName("startDemo").WithSummary("Draw the demo's clips into the library.");
    }

    private static Accepted<Demo> Start([FromServices] DemoClips demo, AuditLog audit, HttpContext http)
    {
        demo.Start();
        audit.Tell(http, AuditActions.Demo, null);
        return TypedResults.Accepted("/api/v1/demo", demo.State);
    }
}
