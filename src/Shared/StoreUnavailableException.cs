namespace TcMgc.Shared;

/// <summary>A store (event log, blobs, vectors, a disk) does not answer or is full.</summary>
public sealed class StoreUnavailableException : UnavailableException
{
    /// <summary>Creates the error.</summary>
    /// <param name="store">The store, with its address or path.</param>
    /// <param name="message">One line that names the store and the problem.</param>
    /// <param name="cause">Exception of the store's client.</param>
    public StoreUnavailableException(string store, string message, Exception? cause = null) : base(store, message, cause) { }
}
