using Spectre.Console;
using TcMgc.Model.Hub;

namespace TcMgc.Cli;

/// <summary>Shows the progress of downloads on standard error: bars on a terminal, a line now and then elsewhere.</summary>
internal sealed class DownloadBars(ProgressContext bars) : IProgress<DownloadProgress>
{
    private readonly Dictionary<string, ProgressTask> _tasks = new(StringComparer.Ordinal);

    /// <summary>Runs downloads and shows the progress that they report.</summary>
    public static Task<T> ShowAsync<T>(Func<IProgress<DownloadProgress>, Task<T>> downloads) =>
        Console().Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(bars => downloads(new DownloadBars(bars)));

    // Plain text for a file or a pipe: by default the library checks standard output instead of standard error.
    private static IAnsiConsole Console() => AnsiConsole.Create(new()
    {
        Out = new AnsiConsoleOutput(System.Console.Error),
        Ansi = System.Console.IsErrorRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = System.Console.IsErrorRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (!_tasks.TryGetValue(value.File, out var task))
            _tasks[value.File] = task = bars.AddTask(Markup.Escape(value.File), maxValue: value.Bytes);
        task.Value = value.Received;
    }
}
