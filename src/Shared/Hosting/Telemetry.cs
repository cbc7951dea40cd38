using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TcMgc.Shared.Hosting;

/// <summary>
/// Traces, metrics and logs sent by OTLP where the standard variables say so: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or its form for
/// one signal, <c>OTEL_TRACES_EXPORTER=none</c> and the like, <c>OTEL_SDK_DISABLED</c>, <c>OTEL_SERVICE_NAME</c>. Without a
/// receiver nothing is collected.
/// </summary>
internal sealed class Telemetry(string service) : IHostedService, IDisposable
{
    /// <summary>What this program's own sources and meters are called.</summary>
    private const string Own = "TcMgc.*";

    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <summary>Sends logs, and registers what sends traces and metrics for as long as the host.</summary>
    /// <param name="builder">The service.</param>
    /// <param name="service">Its name where OTEL_SERVICE_NAME gives none.</param>
    public static void Add(WebApplicationBuilder builder, string service)
    {
        builder.Services.AddSingleton<IHostedService>(_ => new Telemetry(service));
        if (IsWanted("LOGS"))
            builder.Logging.AddOpenTelemetry(logs =>
            {
                (logs.IncludeFormattedMessage, logs.IncludeScopes) = (true, true);
                logs.SetResourceBuilder(Resource(service)).AddOtlpExporter();
            });
    }

    /// <summary>The standard variables under their own names: what sends logs looks for them in the configuration.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsWanted("TRACES"))
            _traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource(service))
                .AddSource(Own, "Microsoft.AspNetCore", "System.Net.Http").AddOtlpExporter().Build();
        if (IsWanted("METRICS"))
            _metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource(service))
                .AddMeter(Own, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime").AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Sends what is still held.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static bool IsWanted(string signal) =>
        !string.Equals(Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(Variable($"OTEL_{signal}_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase)
        && (Variable(Endpoint) ?? Variable($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")) is { Length: > 0 };

    /// <summary>What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before our name.</summary>
    private static ResourceBuilder Resource(string service) =>
        ResourceBuilder.CreateEmpty().AddTelemetrySdk().AddService(service).AddEnvironmentVariableDetector();

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name);
}
