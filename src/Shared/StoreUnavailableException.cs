namespace TcMgc.Shared;

/// <summary>
/// A store (event log, blobs, vectors, a disk) that does not answer or has no room. Nothing is wrong with what was asked of it:
/// the same call succeeds once the store is back. Requests are answered 503; consumers wait.
/// </summary>
public sealed class StoreUnavailableException : UserException
{
    /// <summary>Creates the error.</summary>
    /// <param name="store">The store, with its address or path.</param>
    /// <param name="message">One line that names the store and says what it does not do.</param>
    /// <param name="cause">What the store's client threw.</param>
    public StoreUnavailableException(string store, string message, Exception? cause = null) : base(message, cause) =>
        Store = store;

    /// <summary>The store, with its address or path.</summary>
    public string Store { get; }
}
