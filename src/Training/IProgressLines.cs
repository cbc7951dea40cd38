namespace TcMgc.Training;

/// <summary>Receives the progress of long work as lines for people; the implementation decides where they appear.</summary>
public interface IProgressLines
{
    /// <summary>Shows the current state; the next line replaces it.</summary>
    void Show(string state);

    /// <summary>Writes a line that is not replaced.</summary>
    void Say(string line);

    /// <summary>Removes the line of <see cref="Show"/>: its work is done.</summary>
    void Clear();
}
