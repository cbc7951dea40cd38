using TcMgc.Shared;

namespace TcMgc.Cli.ModelHub;

/// <summary>Where a hub's files lie: <c>{base}/{owner}/{name}/resolve/{revision}/{file}</c>.</summary>
internal sealed class HubAddress
{
    /// <summary>The environment variable that holds the address of another hub or of a mirror.</summary>
    public const string Variable = "TCMGC_HUB";

    /// <summary>The hub on which OpenAI's CLIPs and OpenCLIP's are published.</summary>
    public const string Public = "https://huggingface.co";

    private readonly string _base;

    private HubAddress(string address) => _base = address.TrimEnd('/');

    /// <summary>The hub that was asked for, or else the one of <see cref="Variable"/>, or else <see cref="Public"/>.</summary>
    /// <exception cref="UserException">It is no address, or one to which files travel unprotected.</exception>
    public static HubAddress Of(string? asked)
    {
        var address = asked ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(address))
            return new(Public);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new UserException($"'{address}' is no hub's address; give one such as {Public}");
        return IsProtected(uri)
            ? new(uri.AbsoluteUri)
            : throw new UserException(
                $"'{address}': files are pulled over HTTPS only (HTTP only from this machine itself); give an https:// address");
    }

    /// <summary>
    /// Whether an address may redirect to another: never from HTTPS to less, nor from elsewhere to a service of this machine.
    /// </summary>
    public static bool MayRedirect(Uri from, Uri to) => to.Scheme == Uri.UriSchemeHttps
        || (from.Scheme == Uri.UriSchemeHttp && IsProtected(to));

    /// <summary>Whether what travels to and from an address cannot be read or changed on its way.</summary>
    private static bool IsProtected(Uri uri) => uri.Scheme == Uri.UriSchemeHttps
        || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback);

    /// <summary>The address of one file of a model.</summary>
    public Uri File(HubModel model, string revision, string file) =>
        new($"{_base}/{model.Repository}/resolve/{Uri.EscapeDataString(revision)}/{file}");

    /// <inheritdoc/>
    public override string ToString() => _base;
}
