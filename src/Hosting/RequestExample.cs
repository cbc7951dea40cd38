using Microsoft.AspNetCore.Builder;

namespace TcMgc.Hosting;

/// <summary>The body of a request that the description of the interface shows as an example.</summary>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Json);

/// <summary>Gives endpoints their example.</summary>
public static class RequestExamples
{
    /// <summary>Shows a body in the description of the endpoint.</summary>
    /// <param name="endpoint">It reads JSON.</param>
    /// <param name="json">A body that it accepts.</param>
    public static TBuilder WithExample<TBuilder>(this TBuilder endpoint, string json)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new RequestExample(json));
}
