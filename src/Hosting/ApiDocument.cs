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
/// The description of a service's endpoints (OpenAPI) at <c>/openapi.json</c>, made of the code, and a page of it at
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
            document.Servers = []; // Wherever it was fetched from.
            GroupByPath(document);
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(DescribeIds);
    });

    public static void Map(WebApplication app)
    {
        app.MapOpenApi(Path);
        app.MapScalarApiReference("/docs", ShowAsPage);
    }

    /// <summary>
    /// The page's script is part of its package, and this service serves it. All that would ask other hosts is off, and the
    /// policy holds the page to it: only scripts with this answer's nonce run. The script writes styles itself.
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

    /// <summary>Groups operations by the word after <c>/api/</c>; by default they go by the class that maps them.</summary>
    private static void GroupByPath(OpenApiDocument document)
    {
        static string GroupOf(string path) => path.Replace("/api/", "/", StringComparison.Ordinal).Split('/')[1];
        document.Tags = document.Paths.Keys.Select(GroupOf).Distinct().Select(group => new OpenApiTag { Name = group })
            .ToHashSet();
        foreach (var (path, item) in document.Paths)
            foreach (var operation in item.Operations!.Values)
                operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf(path), document) };
    }

    /// <summary>Ids are written by converters of their own, which the document's maker cannot look into.</summary>
    private static Task DescribeIds(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(VideoId) || type == typeof(SegmentId))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        return Task.CompletedTask;
    }
}
