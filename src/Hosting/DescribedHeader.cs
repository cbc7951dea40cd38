using Microsoft.AspNetCore.Builder;

namespace TcMgc.Hosting;

/// <summary>A header that the description of the interface shows with an endpoint.</summary>
/// <param name="Status">Of which answer it is; null: of the request.</param>
/// <param name="Name">Its name.</param>
/// <param name="Says">What it says, in one line.</param>
/// <param name="Example">A value; null where none helps.</param>
/// <param name="IsRequired">Whether it is always there.</param>
internal sealed record DescribedHeader(int? Status, string Name, string Says, string? Example, bool IsRequired);

/// <summary>Says of endpoints which headers they read and write.</summary>
public static class DescribedHeaders
{
    /// <summary>Shows a header of the request in the description of the endpoint.</summary>
    /// <param name="endpoint">It reads the header.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="says">What it says, in one line.</param>
    /// <param name="example">A value that it may have; null where none helps.</param>
    /// <param name="isRequired">Whether a request without it is refused.</param>
    public static TBuilder TakesHeader<TBuilder>(
        this TBuilder endpoint, string name, string says, string? example = null, bool isRequired = false)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new DescribedHeader(null, name, says, example, isRequired));

    /// <summary>Shows a header of an answer in the description of the endpoint.</summary>
    /// <param name="endpoint">It writes the header.</param>
    /// <param name="status">Of which answer.</param>
    /// <param name="name">The header's name.</param>
    /// <param name="says">What it says, in one line.</param>
    public static TBuilder AnswersHeader<TBuilder>(this TBuilder endpoint, int status, string name, string says)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new DescribedHeader(status, name, says, null, false));
}
