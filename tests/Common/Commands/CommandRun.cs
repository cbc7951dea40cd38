using TcMgc.Cli;

namespace TcMgc.Tests.Common.Commands;

/// <summary>A command of the program in this process; stopped when it outlives its test. Several may run side by side.</summary>
internal sealed class CommandRun : Run
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<int> _status;

    private CommandRun(string[] arguments) => _status = Task.Run(async () =>
    {
        try
        {
            RoutedConsole.Route(Output, Errors);
            return await CommandLine.RunAsync(arguments, _stop.Token);
        }
        finally
        {
            CompleteLines();
        }
    });

    public static CommandRun Start(params IEnumerable<string> arguments) => new([.. arguments]);

    public static async Task<Ended> Of(params IEnumerable<string> arguments)
    {
        using var run = Start(arguments);
        return await run.EndAsync();
    }

    /// <summary>Stops it as Ctrl-C does, and waits for its end.</summary>
    public override void Dispose()
    {
        _stop.Cancel();
        _status.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        _stop.Dispose();
    }

    protected override Task<int> StatusAsync(CancellationToken cancel) => _status.WaitAsync(cancel);
}
