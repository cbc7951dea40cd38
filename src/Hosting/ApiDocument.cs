using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;
using TcMgc.Hosting.Access;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// The OpenAPI description of a service's endpoints at <c>/openapi.json</c>, generated from the code, and a page with it at
/// <c>/docs</c>.
/// </summary>
internal static class ApiDocument
{
    private const string Name = "v1", Path = "/openapi.json", Key = "key";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new() { Title = "TcMgc", Version = Name };
            document.Servers = []; // So that clients use the address they fetched it from.
            GroupByPath(document);
            TellOfCollections(document);
            return Task.CompletedTask;
        });
        options.AddDocumentTransformer(DescribeKeys);
        options.AddOperationTransformer(DescribeRefusals);
        options.AddOperationTransformer(ShowExample);
        options.AddOperationTransformer(ShowHeaders);
        options.AddOperationTransformer(DescribeIds);
        options.AddSchemaTransformer(ApiSchemas.Complete);
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
        static string GroupOf(string path) => path.Replace("/api/v1/", "/", StringComparison.Ordinal).Split('/')[1];
        document.Tags = document.Paths.Keys.Select(GroupOf).Distinct().Select(group => new OpenApiTag { Name = group })
            .ToHashSet();
        foreach (var (path, item) in document.Paths)
            foreach (var operation in item.Operations!.Values)
                operation.Tags = new HashSet<OpenApiTagReference> { new(GroupOf(path), document) };
    }

    private static async Task DescribeKeys(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancel)
    {
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), cancellationToken: cancel);
        document.AddComponent(nameof(ProblemDetails), problem);
        document.AddComponent<IOpenApiSecurityScheme>(Key, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A key of `tcmgc keys add`, or a token of the identity provider. A service on loopback asks for none.",
        });
    }

    /// <summary>What may be answered to any request: who may not is refused, and so is what cannot be done now.</summary>
    private static Task DescribeRefusals(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        operation.Responses ??= [];
        Refuse("400", "The request cannot be understood.");
        if (operation.RequestBody is not null)
        {
            Refuse("413", "The body is larger than the service takes.");
            Refuse("415", "The body is of another type.");
        }
        Refuse("500", "A defect of the service; its log has the details under the answer's traceId.");
        Refuse("503", "A store does not answer, or there is no room now: try again after Retry-After.");
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
            return Task.CompletedTask;
        Refuse("401", "A valid key is needed.");
        Refuse("403", "The key's scopes do not allow it, or a page of another origin asks.");
        operation.Security =
        [
            new() { [new(Key, context.Document)] = [] },
            [], // On loopback.
        ];
        return Task.CompletedTask;

        void Refuse(string status, string description) => operation.Responses.TryAdd(status, new OpenApiResponse
        {
            Description = description,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/problem+json"] = new()
                {
                    Schema = new OpenApiSchemaReference(nameof(ProblemDetails), context.Document),
                },
            },
        });
    }

    private static Task ShowExample(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<RequestExample>().SingleOrDefault() is { } request)
            operation.RequestBody!.Content!["application/json"].Example = JsonNode.Parse(request.Json);
        if (metadata.OfType<AnswerExample>().SingleOrDefault() is { } answer)
            operation.Responses!["200"].Content!["application/json"].Example = JsonNode.Parse(answer.Json);
        return Task.CompletedTask;
    }

    private static Task ShowHeaders(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        foreach (var header in context.Description.ActionDescriptor.EndpointMetadata.OfType<DescribedHeader>())
        {
            var schema = new OpenApiSchema { Type = JsonSchemaType.String };
            if (header.Status is not { } status)
                (operation.Parameters ??= []).Add(new OpenApiParameter
                {
                    Name = header.Name,
                    In = ParameterLocation.Header,
                    Description = header.Says,
                    Required = header.IsRequired,
                    Example = header.Example,
                    Schema = schema,
                });
            else if (operation.Responses?[status.ToString(CultureInfo.InvariantCulture)] is OpenApiResponse answer)
                (answer.Headers ??= new Dictionary<string, IOpenApiHeader>())[header.Name] =
                    new OpenApiHeader { Description = header.Says, Schema = schema };
        }
        return Task.CompletedTask;
    }

    /// <summary>Says of the parts of paths what they name.</summary>
    private static Task DescribeIds(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var isUpload = context.Description.RelativePath!.Contains("/uploads/", StringComparison.Ordinal);
        foreach (var id in operation.Parameters?.OfType<OpenApiParameter>().Where(one => one.In == ParameterLocation.Path) ?? [])
            id.Description ??= isUpload ? "The upload: the last part of its Location." : "The video: its id.";
        return Task.CompletedTask;
    }

    /// <summary>What every operation below <c>/api/</c> takes, once.</summary>
    private static void TellOfCollections(OpenApiDocument document)
    {
        document.AddComponent<IOpenApiParameter>(CollectionAccess.Query, new OpenApiParameter
        {
            Name = CollectionAccess.Query,
            In = ParameterLocation.Query,
            Description = "The collection that the request is about: by default that of the key or token, without one "
                + $"'{CollectionId.Default}'. The header {CollectionAccess.Header} says the same. That of another key is "
                + "refused.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = $"^{CollectionId.Form}$" },
        });
        foreach (var (path, item) in document.Paths)
            if (path.StartsWith("/api/v1/", StringComparison.Ordinal))
                foreach (var operation in item.Operations!.Values)
                    (operation.Parameters ??= []).Add(new OpenApiParameterReference(CollectionAccess.Query, document));
    }
}
