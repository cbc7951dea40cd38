namespace TcMgc.Shared;

/// <summary>
/// Something the user can put right: the message is one line that says what is wrong and what to do. The command line prints
/// it as it is and exits with a status other than zero.
/// </summary>
public class UserException : Exception
{
    /// <summary>Creates the error.</summary>
    public UserException(string message) : base(message) { }

    /// <summary>Creates the error with its cause.</summary>
    public UserException(string message, Exception? cause) : base(message, cause) { }
}
