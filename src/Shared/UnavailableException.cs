namespace TcMgc.Shared;

/// <summary>
/// Work that cannot be done until something outside of it changes: a store answers again, or a setting is corrected. Nothing is
/// wrong with what was asked: the same call succeeds then. Requests are answered 503; consumers wait.
/// </summary>
public abstract class UnavailableException : UserException
{
    private protected UnavailableException(string obstacle, string message, Exception? cause) : base(message, cause) =>
        Obstacle = obstacle;

    /// <summary>What must change: a store with its address or path, or the key of a setting.</summary>
    public string Obstacle { get; }
}
