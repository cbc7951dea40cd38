namespace TcMgc.Shared;

/// <summary>
/// A setting that does not fit what it is used for, which shows only at work: it is not the fault of the video at hand, which
/// waits.
/// </summary>
public sealed class WrongSettingException : UnavailableException
{
    /// <summary>Creates the error.</summary>
    /// <param name="key">The setting's key.</param>
    /// <param name="message">One line that names the key and says what does not fit.</param>
    /// <param name="cause">What showed it.</param>
    public WrongSettingException(string key, string message, Exception? cause = null) : base(key, message, cause) { }
}
