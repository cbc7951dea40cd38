using System.ComponentModel.DataAnnotations;

namespace TcMgc.Hosting.Access;

/// <summary>Who may use a service; section <c>Access</c>.</summary>
public sealed record AccessOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "Access";

    /// <summary>
    /// Whether requests need a key: <c>auto</c>, the default, unless the service listens on loopback only; <c>always</c>; or
    /// <c>never</c>, where something in front of the service keeps strangers out.
    /// </summary>
    public KeyUse Keys { get; init; }

    /// <summary>The file that <c>tcmgc keys</c> writes; default <c>keys.json</c> in the data folder.</summary>
    public string? KeysFile { get; init; }

    /// <summary>
    /// Names by which clients may call the service (the Host header), joined by semicolons; <c>*.example.org</c> stands for all
    /// below, <c>*</c> for any. Default: loopback and the hosts of <c>Urls</c>; any where <c>Urls</c> has an address for all
    /// interfaces and requests need a key.
    /// </summary>
    public string? Hosts { get; init; }

    /// <summary>
    /// Origins whose pages may call the service from a browser, joined by semicolons, such as <c>https://media.example.org</c>;
    /// default none but the service's own.
    /// </summary>
    public string? Origins { get; init; }

    /// <summary>
    /// The OpenID Connect provider whose tokens are accepted beside keys, an https address; default none. A token's
    /// <c>scope</c> or <c>scp</c> claim names the scopes.
    /// </summary>
    [RegularExpression("https://.+", ErrorMessage = "must be an https address")]
    public string? Authority { get; init; }

    /// <summary>For whom the provider's tokens must be made; needed with <see cref="Authority"/>.</summary>
    public string? Audience { get; init; }

    /// <summary>
    /// The claim in which a token names its collection; default <c>tcmgc_collection</c>. A token without it is for the default
    /// one.
    /// </summary>
    [Required(ErrorMessage = "is empty; it must be the name of a claim")]
    public string CollectionClaim { get; init; } = "tcmgc_collection";
}

/// <summary>When requests need a key.</summary>
public enum KeyUse
{
    /// <summary>Unless the service listens on loopback only.</summary>
    Auto,

    /// <summary>Also on loopback.</summary>
    Always,

    /// <summary>Nobody needs one.</summary>
    Never,
}
