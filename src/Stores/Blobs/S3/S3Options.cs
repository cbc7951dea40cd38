using System.ComponentModel.DataAnnotations;
using TcMgc.Shared.Configuration;

namespace TcMgc.Stores.Blobs.S3;

/// <summary>
/// Connection to the store of <c>Blobs=s3://BUCKET</c>. The SDK finds the keys: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the
/// shared credentials file, or the role of the machine.
/// </summary>
public sealed record S3Options : IValidatableObject
{
    /// <summary>The configuration section; errors name keys as <c>S3:Endpoint</c>.</summary>
    public const string Section = "S3";

    /// <summary>Address of an S3-compatible server, http or https; default none, for Amazon's in <see cref="Region"/>.</summary>
    public string? Endpoint { get; init; }

    /// <summary>
    /// Region of the bucket. Default: that of AWS_REGION or the shared configuration file; with an <see cref="Endpoint"/>
    /// <c>us-east-1</c>, which most servers accept.
    /// </summary>
    [RegularExpression("[a-z0-9-]{1,64}", ErrorMessage = "must be a region such as eu-central-1")]
    public string? Region { get; init; }

    /// <summary>
    /// Whether the bucket is part of the path instead of the host name; default: true with an <see cref="Endpoint"/>, else false.
    /// </summary>
    public bool? PathStyle { get; init; }

    /// <summary>
    /// Size of one part of an upload, which is kept in memory, 5 to 1,024 MiB; default 16. A blob has at most 10,000 parts: 160
    /// GB by default.
    /// </summary>
    [Range(5, 1024, ErrorMessage = "must be from {1} to {2}")]
    public int PartMiB { get; init; } = 16;

    /// <summary>
    /// Time-out of a request, including the upload of a part, 1 second to 10 minutes; default 1 minute. A request is retried
    /// twice.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "must be from {1} to {2}")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint is { Length: > 0 } && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps) || url.PathAndQuery != "/"
            || url.UserInfo.Length > 0))
            yield return new(
                $"is '{Secrets.HideIn(Endpoint)}'; it must be an address such as http://localhost:9000", [nameof(Endpoint)]);
    }
}
