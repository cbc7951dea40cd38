using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>What the generator of the OpenAPI description cannot know of the JSON that is read and written.</summary>
internal static class ApiSchemas
{
    /// <summary>Corrects the schema of a type.</summary>
    public static Task Complete(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(VideoId) || type == typeof(SegmentId)) // Their converters hide the JSON type.
            (schema.Type, schema.Format) = (JsonSchemaType.String, "uuid");
        else if (type == typeof(ProblemDetails) && context.JsonPropertyInfo is null)
            schema.Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = Text("What is wrong, for programs: urn:tcmgc:problem: and a word that stays the same."),
                ["title"] = Text("The status in words."),
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Description = "The status." },
                ["detail"] = Text("What is wrong and what to do, for people, in one line."),
                ["traceId"] = Text("Names the request in the logs and traces of the service."),
            };
        foreach (var member in context.JsonTypeInfo.Properties)
            if (member.IsGetNullable) // What is null is left out.
                schema.Required?.Remove(member.Name);
        return Task.CompletedTask;
    }

    private static OpenApiSchema Text(string description) => new() { Type = JsonSchemaType.String, Description = description };
}
