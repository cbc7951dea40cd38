using System.Net;
using System.Text.RegularExpressions;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Stores.Blobs.S3;

/// <summary>A bucket, or a folder in one: sends requests and turns their failures into errors for the user.</summary>
internal sealed partial class S3Bucket : IDisposable
{
    private const string Scheme = "s3://";
    private const int Retries = 2;
    private readonly string _place;

    /// <exception cref="UserException">The place is invalid, or the region is unknown.</exception>
    public S3Bucket(string place, S3Options options)
    {
        var match = Form().Match(place);
        if (!match.Success)
            throw new UserException(
                $"Blobs is '{Secrets.HideIn(place)}'; it must be a folder, s3://BUCKET or s3://BUCKET/FOLDER");
        _place = place;
        Name = match.Groups["bucket"].Value;
        Prefix = match.Groups["folder"] is { Length: > 0 } folder ? $"{folder.Value}/" : "";
        var hasEndpoint = options.Endpoint is { Length: > 0 };
        // The signature covers the content; many compatible servers refuse additional checksums.
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? hasEndpoint,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = options.Timeout,
            MaxErrorRetry = Retries,
        };
        var region = options.Region is { Length: > 0 } given ? given : null;
        if (hasEndpoint)
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = region ?? "us-east-1";
        }
        else if (region is not null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        try
        {
            Client = new(config);
        }
        catch (AmazonClientException error)
        {
            throw new UserException(
                $"{place}: {OneLine(error)} Set S3:Region, or S3:Endpoint for a server that is not Amazon's.", error);
        }
    }

    public AmazonS3Client Client { get; }

    /// <summary>Name of the bucket.</summary>
    public string Name { get; }

    /// <summary>Prefix of every key; empty, or ends in a slash.</summary>
    public string Prefix { get; }

    public static bool IsPlace(string blobs) => blobs.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Sends a request; null where there is no such object.</summary>
    /// <exception cref="UserException">The store cannot be reached, or refuses.</exception>
    public async ValueTask<T?> FindAsync<T>(Func<AmazonS3Client, Task<T>> request) where T : class
    {
        try
        {
            return await request(Client);
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound
            && error.ErrorCode is not "NoSuchBucket")
        {
            return null;
        }
        catch (Exception error) when (IsFailure(error))
        {
            throw Failed(error);
        }
    }

    /// <summary>Sends a request whose object must exist.</summary>
    /// <exception cref="UserException">The store cannot be reached, or refuses.</exception>
    public async ValueTask<T> SendAsync<T>(Func<AmazonS3Client, Task<T>> request) where T : class =>
        await FindAsync(request)
            ?? throw new UserException($"{_place}: the object or upload does not exist any more; try again");

    /// <summary>The error for the user.</summary>
    public UserException Failed(Exception error) => IsRefused(error)
        ? new UserException($"{_place}: {OneLine(error)}", error)
        : new StoreUnavailableException(_place, $"{_place}: {OneLine(error)}", error);

    public void Dispose() => Client.Dispose();

    /// <summary>Whether the store or the connection failed; the SDK has already retried where that may help.</summary>
    private static bool IsFailure(Exception error) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or WebException
        or TimeoutException or TaskCanceledException { InnerException: TimeoutException };

    /// <summary>
    /// Whether retries cannot help: credentials are missing, or key, bucket or region are wrong.
    /// </summary>
    private static bool IsRefused(Exception error) => error switch
    {
        AmazonServiceException { StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests } => false,
        AmazonServiceException { StatusCode: var status } => (int)status is >= 400 and < 500,
        _ => error is AmazonClientException { InnerException: null },
    };

    private static string OneLine(Exception error) => error.Message.ReplaceLineEndings(" ").Trim();

    [GeneratedRegex(
        @"\A(?i:s3)://(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])"
            + @"(/(?<folder>[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*))?/?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
