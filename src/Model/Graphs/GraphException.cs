namespace TcMgc.Model.Graphs;

/// <summary>A graph that cannot be: shapes or types that do not fit. A fault of the code that builds it, not of a user.</summary>
public sealed class GraphException : Exception
{
    /// <summary>Creates the error.</summary>
    public GraphException(string message) : base(message) { }
}
