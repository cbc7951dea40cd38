namespace TcMgc.Shared;

/// <summary>
/// An error that the user can fix. The message is one line that says what is wrong and what to do. The command line prints it
/// unchanged and exits with a non-zero status.
/// </summary>
public class UserException : Exception
{
    /// <summary>Creates the error.</summary>
    public UserException(string message) : base(message) { }

    /// <summary>Creates the error with its cause.</summary>
    public UserException(string message, Exception? cause) : base(message, cause) { }
}
