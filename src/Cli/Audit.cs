using TcMgc.Hosting.Audit;

namespace TcMgc.Cli;

/// <summary>The audit log of commands.</summary>
internal static class Audit
{
    /// <summary>That in a data folder, with the defaults of its size; a service beside keeps to its own.</summary>
    public static AuditLog Of(string folder) => new(folder, new(), TimeProvider.System);
}
