using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// The OpenAPI description of a service's endpoints at <c>/openapi.json</c>, generated from the code, and a page with it at
/// <c>/docs</c>.
/// </summary>
internal static class ApiDocument
{
    private const string Name = "v1", Path = "/openapi.json";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "TcMgc", Version = Name };
            document.Servers = []; // So that clients use the address they fetched it from.
            GroupByPath(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(DescribeIds);
    });

    public static void Map(WebApplication app)
    {
        app.MapOpenApi(Path).AllowAnonymous();
        app.MapScalarApiReference("/docs", ShowAsPage).AllowAnonymous();
    }

    /// <summary>
    /// The page's script comes from its package and is served by this service. Everything that would contact other hosts is off,
    /// and the content security policy enforces it: only scripts with this response's nonce run. The script writes inline styles.
    /// </summary>
    private static void ShowAsPage(ScalarOptions page, HttpContext http)
    {
        var nonce = RandomNumberGenerator.GetHexString(32);
        page.WithTitle("TcMgc: HTTP interface").WithOpenApiRoutePattern(Path)
            .AddServer("/").WithDynamicBaseServerUrl().WithNonce(nonce)
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton().HideDeveloperTools();
        http.Response.Headers.ContentSecurityPolicy = $"default-src 'self'; script-src 'nonce-{nonce}'; "
            + "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers["Referrer-Policy"] = "no-referrer";
    }

    /// <summary>Groups operations by the word after <c>/api/</c>; by default they are grouped by class.</summary>
    private static void GroupByPath(OpenApiDocument document)
    {
        static string GroupOf(string path) => path.Replace("/api/", "/", StringComparison.Ordinal).Split('/')[1];
        document.Tags = document.Paths.Keys.Select(GroupOf).Distinct().Select(group => new OpenApiTag { Name = group })
            .ToHashSet();
        foreach (var (path, item) in document.Paths)
            foreach (var operation in item.Operations!.Values)
                operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf(path), document) };
    }

    /// <summary>Describes ids: their converters hide the JSON type from the generator.</summary>
    private static Task DescribeIds(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(VideoId) || type == typeof(SegmentId))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        return Task.CompletedTask;
    }
}
