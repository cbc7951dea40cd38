namespace TcMgc.Hosting.Audit;

/// <summary>Who did what, as a line of the audit log says it.</summary>
/// <param name="Time">When.</param>
/// <param name="Action">What, one of <see cref="AuditActions"/>.</param>
/// <param name="Key">Id of the key, or subject of the token; null where neither was needed.</param>
/// <param name="Name">What the key is called.</param>
/// <param name="Address">Where the request came from; null for a command.</param>
/// <param name="User">Who ran the command; null for a request.</param>
/// <param name="Video">The video.</param>
/// <param name="Detail">What else tells it apart: a file's name, the id of a changed key.</param>
public sealed record AuditEntry(DateTimeOffset Time, string Action, string? Key = null, string? Name = null,
    string? Address = null, string? User = null, Guid? Video = null, string? Detail = null);

/// <summary>What the audit log tells.</summary>
public static class AuditActions
{
    /// <summary>A video was uploaded.</summary>
    public const string Upload = "upload";

    /// <summary>A video was given a title or tags.</summary>
    public const string Describe = "describe";

    /// <summary>A video was removed.</summary>
    public const string Delete = "delete";

    /// <summary>A failed video was to be processed again.</summary>
    public const string Retry = "retry";

    /// <summary>A transcript was given.</summary>
    public const string Transcript = "transcript";

    /// <summary>A transcript was removed.</summary>
    public const string TranscriptDelete = "transcript-delete";

    /// <summary>A key was made.</summary>
    public const string KeyAdd = "key-add";

    /// <summary>A key was given another secret.</summary>
    public const string KeyRotate = "key-rotate";

    /// <summary>A key was made invalid.</summary>
    public const string KeyRevoke = "key-revoke";

    /// <summary>The demo's clips were drawn.</summary>
    public const string Demo = "demo";

    /// <summary>A model was downloaded.</summary>
    public const string ModelPull = "model-pull";

    /// <summary>The library was to be encoded with another model.</summary>
    public const string ModelUse = "model-use";

    /// <summary>Dead letters were sent again.</summary>
    public const string Replay = "replay";
}
