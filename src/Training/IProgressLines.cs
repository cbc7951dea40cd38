namespace TcMgc.Training;

/// <summary>Receives the progress of long work as lines for people; the implementation decides where they appear.</summary>
public interface IProgressLines
{
    /// <summary>Shows the current state and the time that is left; the next line replaces it.</summary>
    /// <param name="state">The state, in a few words.</param>
    /// <param name="done">Work that is done, in any unit.</param>
    /// <param name="total">All of the work, in the same unit.</param>
    void Show(string state, double done, double total);

    /// <summary>Writes a line that is not replaced.</summary>
    void Say(string line);

    /// <summary>Removes the line of <see cref="Show"/>: its work is done.</summary>
    void Clear();
}
