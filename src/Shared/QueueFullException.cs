namespace TcMgc.Shared;

/// <summary>So many videos wait to be indexed already that no more are accepted for now.</summary>
public sealed class QueueFullException : UnavailableException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line that says what is full, and which setting bounds it.</param>
    public QueueFullException(string message) : base("the upload queue", message, null) { }
}
