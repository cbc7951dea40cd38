using System.Security.Cryptography;
using Polly;
using Polly.Retry;

namespace TcMgc.Model.Hub;

/// <summary>
/// Downloads files into a folder. Partial downloads are kept and continued; a file gets its name only when complete and checked.
/// </summary>
internal sealed class FileDownload(HubClient hub, DownloadOptions options)
{
    private const string PartialEnding = ".partial";
    private const int TagLength = 16;

    private readonly ResiliencePipeline _retries = options.Retries == 0
        ? ResiliencePipeline.Empty
        : new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>(IsTransient),
                MaxRetryAttempts = options.Retries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            })
            .Build();

    /// <summary>The hub's description of a file; null where there is no such file.</summary>
    /// <exception cref="ModelException">The hub cannot be reached, or its response is not that of a hub.</exception>
    public async Task<RemoteFile?> FindAsync(Uri uri, CancellationToken cancel)
    {
        try
        {
            return await _retries.ExecuteAsync(async token => await hub.FindAsync(uri, token), cancel);
        }
        catch (HttpRequestException error)
        {
            throw new ModelException(
                $"{uri}: cannot be reached: {error.Message}; check the network, or name another hub or a folder with its files: "
                    + $"--base of 'tcmgc model pull', --set Hub of 'tcmgc serve', or {HubAddress.Variable}", error);
        }
    }

    /// <summary>Downloads a file, or the rest of it after an interrupted run.</summary>
    /// <returns>Its path in the folder.</returns>
    /// <exception cref="ModelException">The download broke off, the content does not match the hub's hash, or the
    /// file cannot be written.</exception>
    public async Task<string> RunAsync(
        RemoteFile file, string folder, IProgress<DownloadProgress> progress, CancellationToken cancel)
    {
        var path = Path.Combine(folder, file.Name);
        try
        {
            if (File.Exists(path) && file.Sha256 is not null && await MatchesAsync(path, file, cancel))
                return path;
            var partial = PartialPath(path, file);
            await _retries.ExecuteAsync(async token => await ContinueAsync(file, partial, progress, token), cancel);
            if (!await MatchesAsync(partial, file, cancel))
            {
                File.Delete(partial);
                throw new ModelException(
                    $"{file.Uri}: the download does not have the SHA-256 that the hub announced, {file.Sha256}; it was removed, "
                    + "run the command again");
            }
            File.Move(partial, path, overwrite: true);
            return path;
        }
        catch (HttpRequestException error)
        {
            throw new ModelException(
                $"{file.Uri}: the download broke off: {error.Message}; run the command again to continue it", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path}: cannot be written: {error.Message}", error);
        }
    }

    private async Task ContinueAsync(
        RemoteFile file, string partial, IProgress<DownloadProgress> progress, CancellationToken cancel)
    {
        await using var target = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        if (target.Length > file.Bytes)
            target.SetLength(0);
        if (target.Length < file.Bytes)
            await hub.ContinueAsync(
                file, target, received => progress.Report(new(file.Name, received, file.Bytes)), cancel);
    }

    /// <summary>
    /// Partial files are named after the content's tag, so that the start of one version is never joined with the end of another.
    /// </summary>
    private static string PartialPath(string path, RemoteFile file)
    {
        var tag = string.Concat((file.Tag ?? "untagged").Where(char.IsAsciiLetterOrDigit).Take(TagLength));
        var partial = $"{path}.{tag}{PartialEnding}";
        var (folder, name) = (Path.GetDirectoryName(path)!, Path.GetFileName(path));
        foreach (var other in Directory.EnumerateFiles(folder, $"{name}.*{PartialEnding}")
            .Where(other => other != partial || file.Tag is null))
            File.Delete(other);
        return partial;
    }

    private static async Task<bool> MatchesAsync(string path, RemoteFile file, CancellationToken cancel)
    {
        await using var content = File.OpenRead(path);
        return content.Length == file.Bytes
            && (file.Sha256 is null
            || Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancel)) == file.Sha256);
    }

    // Unknown hosts and refused connections are reported at once: retries would only delay the message.
    private static bool IsTransient(HttpRequestException error) =>
        error.HttpRequestError is not (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError);
}
