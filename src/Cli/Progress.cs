using TcMgc.Training;

namespace TcMgc.Cli;

/// <summary>
/// Progress of long work on standard error: one line that is overwritten on a terminal, a new line every 15 s elsewhere.
/// </summary>
internal sealed class Progress(TimeProvider time) : IProgressLines
{
    private static readonly TimeSpan s_live = TimeSpan.FromMilliseconds(100), s_logged = TimeSpan.FromSeconds(15);

    private readonly bool _isLive = !Console.IsErrorRedirected;
    private readonly Lock _gate = new();
    private long _shown = long.MinValue;

    /// <summary>Shows the state of the work, unless the last state was shown a moment ago.</summary>
    public void Show(string where)
    {
        lock (_gate)
        {
            if (_shown != long.MinValue && time.GetElapsedTime(_shown) < (_isLive ? s_live : s_logged))
                return;
            _shown = time.GetTimestamp();
            Erase();
            if (!_isLive)
                Console.Error.WriteLine($"tcmgc: {where}");
            else
                Console.Error.Write(where.Length < Console.BufferWidth ? where : where[..Math.Max(0, Console.BufferWidth - 1)]);
        }
    }

    /// <summary>Writes a line that is not overwritten.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Error.WriteLine($"tcmgc: {line}");
        }
    }

    /// <summary>Removes the line of <see cref="Show"/>.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            Erase();
            _shown = long.MinValue;
        }
    }

    private void Erase()
    {
        if (_isLive)
            Console.Error.Write("\r\u001b[K");
    }
}
