namespace TcMgc.Model.Hub;

/// <summary>
/// A hub: an address, <c>{base}/{owner}/{name}/resolve/{revision}/{file}</c> being those of its files, or a folder of copies.
/// </summary>
public sealed class HubAddress
{
    /// <summary>Environment variable with the address of another hub or a mirror.</summary>
    public const string Variable = "TCMGC_HUB";

    /// <summary>The hub on which OpenAI's CLIPs and OpenCLIP's are published.</summary>
    public const string Public = "https://huggingface.co";

    private readonly string _base;

    private HubAddress(string address) => _base = address.TrimEnd('/');

    /// <summary>The folder that stands for a hub, where there is no network; null for an address.</summary>
    public string? Folder { get; private init; }

    /// <summary>The given hub, else that of <see cref="Variable"/>, else <see cref="Public"/>.</summary>
    /// <exception cref="ModelException">
    /// It is neither a folder nor an address, or uses neither HTTPS nor this machine.
    /// </exception>
    public static HubAddress Of(string? given)
    {
        var address = given ?? Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(address))
            return new(Public);
        if (Directory.Exists(address))
            return new(address) { Folder = Path.GetFullPath(address) };
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new ModelException($"'{address}' is not a hub's address, nor a folder; give one such as {Public}");
        if (uri.IsFile)
            throw new ModelException($"{address}: there is no such folder");
        return IsProtected(uri)
            ? new(uri.AbsoluteUri)
            : throw new ModelException(
                $"'{address}': files are pulled over HTTPS only (HTTP only from this machine itself); give an https:// address");
    }

    /// <summary>
    /// Whether a redirect is followed: never from HTTPS to HTTP, nor from another machine to a service on this one.
    /// </summary>
    public static bool MayRedirect(Uri from, Uri to) => to.Scheme == Uri.UriSchemeHttps
        || (from.Scheme == Uri.UriSchemeHttp && IsProtected(to));

    /// <summary>Whether others cannot read or change the traffic.</summary>
    private static bool IsProtected(Uri uri) => uri.Scheme == Uri.UriSchemeHttps
        || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback);

    /// <summary>The address of one file of a model.</summary>
    public Uri File(HubModel model, string revision, string file) =>
        new($"{_base}/{model.Repository}/resolve/{Uri.EscapeDataString(revision)}/{file}");

    /// <inheritdoc/>
    public override string ToString() => _base;
}
