using System.Text.RegularExpressions;

namespace TcMgc.Media;

/// <summary>
/// Drains a process's messages and keeps the first and the last lines: enough to say what was wrong, however much it says.
/// </summary>
/// <param name="report">
/// Receives the messages of level <c>info</c> of a run of ffmpeg that names the level of each; only errors are kept then. Null:
/// all are kept as they are.
/// </param>
internal sealed partial class MessageTail(FfmpegReport? report = null)
{
    private const int KeptLines = 20, LineLength = 300, ChunkLength = 4096;
    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();
    private readonly System.Text.StringBuilder _line = new();
    private bool _isOfError = true;

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
        var line = _line.ToString();
        _line.Clear();
        line = report is null ? line.Trim() : Reported(line, report);
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

    /// <summary>A line of an error, or of a message that one begins, without its level; empty for others.</summary>
    private string Reported(string line, FfmpegReport to)
    {
        if (Level().Match(line) is { Success: true } level)
        {
            _isOfError = level.Groups["level"].Value is "error" or "fatal" or "panic";
            if (level.Groups["level"].Value == "info")
                to.Add(level.Groups["message"].Value.TrimEnd());
            line = level.Groups["context"].Value + level.Groups["message"].Value;
        }
        return _isOfError ? line.Trim() : "";
    }

    [GeneratedRegex(@"^(?<context>(?:\[[^\]]* @ [^\]]*\] )*)\[(?<level>[a-z]+)\] (?<message>.*)$")]
    private static partial Regex Level();
}
