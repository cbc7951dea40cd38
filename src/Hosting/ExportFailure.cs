using System.Diagnostics.Tracing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TcMgc.Shared.Configuration;

namespace TcMgc.Hosting;

/// <summary>
/// Logs once that telemetry does not reach its receiver. The exporters report that only to an event source; they keep trying and
/// never block the service.
/// </summary>
internal sealed partial class ExportFailure(ILogger<ExportFailure> logger) : EventListener, IHostedService
{
    private int _isLogged;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "OpenTelemetry-Exporter-OpenTelemetryProtocol")
            EnableEvents(eventSource, EventLevel.Warning);
    }

    /// <summary>
    /// Logs an event of a failed export, whose first value is the receiver and whose last is the reason, often an exception with
    /// stack trace.
    /// </summary>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.PayloadNames is ["endpoint" or "rawCollectorUri", ..] && Interlocked.Exchange(ref _isLogged, 1) == 0)
            LogFailure(Secrets.HideIn($"{eventData.Payload![0]}"), $"{eventData.Payload[^1]}".Split('\n')[0].Trim());
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "telemetry does not reach {Receiver}, said once: {Reason}")]
    private partial void LogFailure(string receiver, string reason);
}
