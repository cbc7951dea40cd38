using TcMgc.Training;

namespace TcMgc.Cli;

/// <summary>
/// Progress of long work on standard error: a line that moves on a terminal, now and then a line of its own in a log.
/// </summary>
internal sealed class Progress(TimeProvider time) : IProgressLines
{
    private static readonly TimeSpan s_live = TimeSpan.FromMilliseconds(100), s_logged = TimeSpan.FromSeconds(15);

    private readonly bool _isLive = !Console.IsErrorRedirected;
    private readonly Lock _gate = new();
    private long _shown = long.MinValue;

    /// <summary>Says where work stands; left out when that was said a moment ago.</summary>
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

    /// <summary>A line that stays.</summary>
    public void Say(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Error.WriteLine($"tcmgc: {line}");
        }
    }

    /// <summary>Takes the moving line away.</summary>
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
