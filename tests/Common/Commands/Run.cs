using System.Threading.Channels;

namespace TcMgc.Tests.Common.Commands;

/// <summary>A run of the program, and what it writes.</summary>
internal abstract class Run : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    protected Run() => (Output, Errors) = (new(_lines.Writer), new(_lines.Writer));

    protected LineWriter Output { get; }

    protected LineWriter Errors { get; }

    /// <summary>Waits until a line of standard error or output holds a text; the run must not end before.</summary>
    public async Task<string> LineAsync(string holds)
    {
        using var limit = new CancellationTokenSource(s_longest);
        await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
            if (line.Contains(holds, StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException($"the program ended without a line that holds '{holds}': {Errors}");
    }

    /// <summary>Waits for its end.</summary>
    /// <param name="longest">How long at most; default ten minutes.</param>
    public async Task<Ended> EndAsync(TimeSpan? longest = null)
    {
        using var limit = new CancellationTokenSource(longest ?? s_longest);
        return new(await StatusAsync(limit.Token), Output.ToString(), Errors.ToString());
    }

    public abstract void Dispose();

    /// <summary>The exit status, when all was written.</summary>
    protected abstract Task<int> StatusAsync(CancellationToken cancel);

    /// <summary>Nothing more is written.</summary>
    protected void CompleteLines() => _lines.Writer.TryComplete();
}
