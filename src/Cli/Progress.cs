using TcMgc.Shared;
using TcMgc.Training;

namespace TcMgc.Cli;

/// <summary>
/// Progress of long work on standard error, with the time that is left: one line that is overwritten on a terminal, a new line
/// every 15 s elsewhere. The lines of <see cref="Show"/> must be short, because a terminal cannot overwrite one that it wraps;
/// what names a path belongs into a line that stays.
/// </summary>
internal sealed class Progress(TimeProvider time) : IProgressLines
{
    private static readonly TimeSpan s_live = TimeSpan.FromMilliseconds(100), s_logged = TimeSpan.FromSeconds(15);

    private readonly Lock _gate = new();
    private TimeLeft _left = new(time);
    private long? _shown;
    private string _state = "";

    /// <inheritdoc/>
    public void Show(string state, double done, double total)
    {
        lock (_gate)
        {
            var left = _left.After(done, total); // Before what is not shown is left out: it counts from the first call.
            if (_shown is { } shown && time.GetElapsedTime(shown) < (Terminal.IsLive ? s_live : s_logged))
                return;
            _shown = time.GetTimestamp();
            _state = state + left;
            if (Terminal.IsLive)
                Draw();
            else
                Console.Error.WriteLine($"tcmgc: {_state}");
        }
    }

    /// <inheritdoc/>
    public void Say(string line) => Tell($"tcmgc: {FilePaths.OneLine(line)}");

    /// <summary>Writes a line that is not overwritten, as it is.</summary>
    public void Tell(string line)
    {
        lock (_gate)
        {
            Erase();
            Console.Error.WriteLine(line);
            Draw();
        }
    }

    /// <inheritdoc/>
    public void Clear()
    {
        lock (_gate)
        {
            Erase();
            (_state, _left, _shown) = ("", new(time), null);
        }
    }

    private void Draw()
    {
        if (!Terminal.IsLive)
            return;
        Erase();
        Console.Error.Write(_state.Length < Console.BufferWidth ? _state : _state[..Math.Max(0, Console.BufferWidth - 1)]);
    }

    /// <summary>Erases the line of progress that work may have left which ended early.</summary>
    public static void Erase()
    {
        if (Terminal.IsLive)
            Console.Error.Write("\r\u001b[K");
    }
}
