namespace TcMgc.Media;

/// <summary>
/// Drains a process's messages and keeps the first and the last lines: enough to say what was wrong, however much it says.
/// </summary>
internal sealed class MessageTail
{
    private const int KeptLines = 20, LineLength = 300, ChunkLength = 4096;
    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();
    private readonly System.Text.StringBuilder _line = new();

    /// <summary>Lines kept, in order.</summary>
    public IEnumerable<string> Lines => _first.Concat(_last);

    /// <summary>Reads to the end. What is read can be taken when the returned task is done.</summary>
    public async Task DrainAsync(TextReader messages)
    {
        var chunk = new char[ChunkLength];
        while (await messages.ReadAsync(chunk.AsMemory()) is > 0 and var length)
            foreach (var character in chunk.AsSpan(0, length))
                Add(character);
        EndLine();
    }

    private void Add(char character)
    {
        if (character is '\n' or '\r')
            EndLine();
        else if (_line.Length < LineLength)
            _line.Append(char.IsControl(character) ? ' ' : character);
    }

    private void EndLine()
    {
        var line = _line.ToString().Trim();
        _line.Clear();
        if (line.Length == 0)
            return;
        if (_first.Count < KeptLines)
        {
            _first.Add(line);
            return;
        }
        _last.Enqueue(line);
        if (_last.Count > KeptLines)
            _last.Dequeue();
    }
}
