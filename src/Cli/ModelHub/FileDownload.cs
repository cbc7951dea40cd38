using System.Security.Cryptography;
using Polly;
using Polly.Retry;
using TcMgc.Shared;

namespace TcMgc.Cli.ModelHub;

/// <summary>
/// Downloads files into a folder so that what came is never lost, and nothing but the whole, checked file gets its name.
/// </summary>
internal sealed class FileDownload(HubClient hub, DownloadOptions options)
{
    private const string PartialEnding = ".partial";
    private const int MarkLength = 16;

    private readonly ResiliencePipeline _retries = options.Retries == 0
        ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder()
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(MayPass),
            MaxRetryAttempts = options.Retries,
            Delay = options.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        })
        .Build();

    /// <summary>What the hub says of a file; null where it has none.</summary>
    /// <exception cref="UserException">The hub cannot be reached or does not answer as one.</exception>
    public async Task<RemoteFile?> FindAsync(Uri uri, CancellationToken cancellation)
    {
        try
        {
            return await _retries.ExecuteAsync(async token => await hub.FindAsync(uri, token), cancellation);
        }
        catch (HttpRequestException error)
        {
            throw new UserException(
                $"{uri}: cannot be reached: {error.Message}; check the network, or give another hub with --base or "
                    + $"{HubAddress.Variable}", error);
        }
    }

    /// <summary>Downloads a file, from where an earlier run ended.</summary>
    /// <returns>Its path in the folder.</returns>
    /// <exception cref="UserException">It did not come whole, is not the one that the hub announced, or cannot be
    /// written.</exception>
    public async Task<string> RunAsync(
        RemoteFile file, string folder, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, file.Name);
        try
        {
            if (File.Exists(path) && file.Sha256 is not null && await IsAsAnnouncedAsync(path, file, cancellation))
                return path;
            var partial = PartialOf(path, file);
            await _retries.ExecuteAsync(async token => await ContinueAsync(file, partial, progress, token), cancellation);
            if (!await IsAsAnnouncedAsync(partial, file, cancellation))
            {
                File.Delete(partial);
                throw new UserException(
                    $"{file.Uri}: what came does not have the SHA-256 that the hub announced, {file.Sha256}; it was removed, run "
                        + "the command again");
            }
            File.Move(partial, path, overwrite: true);
            return path;
        }
        catch (HttpRequestException error)
        {
            throw new UserException(
                $"{file.Uri}: the download broke off: {error.Message}; run the command again to go on from there", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: cannot be written: {error.Message}", error);
        }
    }

    private async Task ContinueAsync(
        RemoteFile file, string partial, IProgress<DownloadProgress> progress, CancellationToken cancellation)
    {
        await using var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (target.Length > file.Bytes)
            target.SetLength(0);
        if (target.Length < file.Bytes)
            await hub.ContinueAsync(
                file, target, received => progress.Report(new(file.Name, received, file.Bytes)), cancellation);
    }

    /// <summary>
    /// A partial file bears its content's mark, so that the start of one version is never joined with the end of another.
    /// </summary>
    private static string PartialOf(string path, RemoteFile file)
    {
        var mark = string.Concat((file.Tag ?? "untagged").Where(char.IsAsciiLetterOrDigit).Take(MarkLength));
        var partial = $"{path}.{mark}{PartialEnding}";
        var (folder, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        foreach (var other in Directory.EnumerateFiles(folder, $"{name}.*{PartialEnding}")
            .Where(other => other != partial || file.Tag is null))
            File.Delete(other);
        return partial;
    }

    private static async Task<bool> IsAsAnnouncedAsync(string path, RemoteFile file, CancellationToken cancellation)
    {
        await using var content = File.OpenRead(path);
        return content.Length == file.Bytes
            && (file.Sha256 is null
            || Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellation)) == file.Sha256);
    }

    // A name that does not resolve or a refused connection says at once what is wrong: waiting would only hide it.
    private static bool MayPass(HttpRequestException error) =>
        error.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError);
}
