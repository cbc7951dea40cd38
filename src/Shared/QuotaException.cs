namespace TcMgc.Shared;

/// <summary>A collection holds as much as it may.</summary>
public sealed class QuotaException : UserException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">One line that says how much it holds, and which setting bounds it.</param>
    public QuotaException(string message) : base(message) { }
}
