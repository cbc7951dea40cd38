namespace TcMgc.Model;

/// <summary>
/// A model, its weights or an input that cannot be used: the message is one line that says what is wrong and what to do.
/// </summary>
public sealed class ModelException : Exception
{
    /// <summary>Creates the error.</summary>
    public ModelException(string message) : base(message) { }

    /// <summary>Creates the error with its cause.</summary>
    public ModelException(string message, Exception cause) : base(message, cause) { }
}
