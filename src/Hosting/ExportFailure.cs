using System.Diagnostics.Tracing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace TcMgc.Hosting;

/// <summary>
/// Says once that telemetry does not reach its receiver. The exporters tell only an event source, go on trying with what comes
/// next, and never hold up the service.
/// </summary>
internal sealed partial class ExportFailure(ILogger<ExportFailure> logger) : EventListener, IHostedService
{
    private int _said;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "OpenTelemetry-Exporter-OpenTelemetryProtocol")
            EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <summary>
    /// Events of failed exports name the receiver first and end with the reason, often an exception with its stack.
    /// </summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.PayloadNames is ["endpoint" or "rawCollectorUri", ..] && Interlocked.Exchange(ref _said, 1) == 0)
            LogFailure(eventData.Payload![0], $"{eventData.Payload[^1]}".Split('\n')[0].Trim());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "telemetry does not reach {Receiver}, said once: {Reason}")]
    private partial void LogFailure(object? receiver, string reason);
}
