using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace TcMgc.Shared.Hosting;

/// <summary>The description of a service's endpoints (OpenAPI) at <c>/openapi.json</c>, made of the code.</summary>
internal static class ApiDocument
{
    private const string Name = "v1";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "TcMgc", Version = Name };
            document.Servers = []; // Wherever it was fetched from.
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer(DescribeIds);
    });

    public static void Map(WebApplication app) => app.MapOpenApi("/openapi.json");

    /// <summary>Ids are written by converters of their own, which the document's maker cannot look into.</summary>
    private static Task DescribeIds(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(VideoId) || type == typeof(SegmentId))
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        return Task.CompletedTask;
    }
}
