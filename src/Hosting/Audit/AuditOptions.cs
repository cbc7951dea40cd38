using System.ComponentModel.DataAnnotations;

namespace TcMgc.Hosting.Audit;

/// <summary>How much of the audit log is kept; the configuration's section <see cref="Section"/>.</summary>
public sealed record AuditOptions
{
    /// <summary>Name of the section; errors name <c>Audit:Member</c>.</summary>
    public const string Section = "Audit";

    private const string OutOfRange = "must be from {1} to {2}";

    /// <summary>Size in bytes at which a file is followed by the next, 4 KiB to 1 GiB; default 10 MiB.</summary>
    [Range(4096, 1 << 30, ErrorMessage = OutOfRange)]
    public int FileBytes { get; init; } = 10 << 20;

    /// <summary>Files that are kept, with the one that is written, 1 to 1,000; default 10.</summary>
    [Range(1, 1000, ErrorMessage = OutOfRange)]
    public int Files { get; init; } = 10;
}
