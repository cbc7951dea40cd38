namespace TcMgc.Shared;

/// <summary>
/// A store (event log, blobs, vectors, a disk) that does not answer or has no room. Nothing is wrong with what was asked of it:
/// the same call succeeds once the store is back. Requests are answered 503; consumers wait.
/// </summary>
public sealed class StoreUnavailableException : UserException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line that names the store and says what it does not do.</param>
    public StoreUnavailableException(string message) : base(message) { }

    /// <summary>Creates the error with its cause.</summary>
    /// <param name="message">One line that names the store and says what it does not do.</param>
    /// <param name="cause">What the store's client threw.</param>
    public StoreUnavailableException(string message, Exception cause) : base(message, cause) { }
}
