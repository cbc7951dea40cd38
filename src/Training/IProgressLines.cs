namespace TcMgc.Training;

/// <summary>Receives the progress of long work as lines for people. Whoever starts the work decides where they appear.</summary>
public interface IProgressLines
{
    /// <summary>Where the work stands now; a later line replaces it.</summary>
    void Show(string where);

    /// <summary>A line that stays.</summary>
    void Say(string line);

    /// <summary>The work that <see cref="Show"/> told of is done: its line goes.</summary>
    void Clear();
}
