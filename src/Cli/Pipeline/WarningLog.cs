using Microsoft.Extensions.Logging;

namespace TcMgc.Cli.Pipeline;

/// <summary>Shows what workers log for people who run a command: warnings and errors, as one line each.</summary>
internal sealed class WarningLog(Action<string> warned) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            warned(FilePaths.OneLine(formatter(state, exception)));
    }

    public void Dispose()
    {
        // Nothing is held.
    }
}
