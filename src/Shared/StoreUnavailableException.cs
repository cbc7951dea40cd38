namespace TcMgc.Shared;

/// <summary>
/// A store (event log, blobs, vectors, a disk) does not answer or is full. The call itself is valid and succeeds once the store
/// is available again. Requests are answered with 503; consumers wait.
/// </summary>
public sealed class StoreUnavailableException : UserException
{
    /// <summary>Creates the error.</summary>
    /// <param name="store">The store, with its address or path.</param>
    /// <param name="message">One line that names the store and the problem.</param>
    /// <param name="cause">Exception of the store's client.</param>
    public StoreUnavailableException(string store, string message, Exception? cause = null) : base(message, cause) =>
        Store = store;

    /// <summary>The store, with its address or path.</summary>
    public string Store { get; }
}
