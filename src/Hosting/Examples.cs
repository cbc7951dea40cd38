using Microsoft.AspNetCore.Builder;

namespace TcMgc.Hosting;

/// <summary>The body of a request that the description of the interface shows as an example.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);

/// <summary>The body of the answer that the description of the interface shows as an example.</summary>
/// <param name="Json">The body.</param>
internal sealed record AnswerExample(string Json);

/// <summary>Gives endpoints their examples.</summary>
public static class Examples
{
    /// <summary>Shows a body in the description of the endpoint.</summary>
    /// <param name="endpoint">It reads JSON.</param>
    /// <param name="json">A body that it accepts.</param>
    public static TBuilder WithExample<TBuilder>(this TBuilder endpoint, string json)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequestExample(json));

    /// <summary>Shows a body of an answer with status 200 in the description of the endpoint.</summary>
    /// <param name="endpoint">It answers with JSON.</param>
    /// <param name="json">A body that it may answer with.</param>
    public static TBuilder WithExampleAnswer<TBuilder>(this TBuilder endpoint, string json)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new AnswerExample(json));
}
