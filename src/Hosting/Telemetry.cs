using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TcMgc.Shared;

namespace TcMgc.Hosting;

/// <summary>
/// Sends traces, metrics and logs by OTLP as the standard settings say: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or its form for
/// one signal, <c>OTEL_TRACES_EXPORTER=none</c> and the like, <c>OTEL_SDK_DISABLED</c>, <c>OTEL_SERVICE_NAME</c>.
/// A signal without a receiver is neither collected nor instrumented.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Instruments the service for each signal that has a receiver.</summary>
    /// <param name="builder">The service; its configuration includes <see cref="Variables"/>.</param>
    /// <param name="service">Name of the service, unless OTEL_SERVICE_NAME is set.</param>
    public static void Add(WebApplicationBuilder builder, string service)
    {
        var settings = builder.Configuration;
        var traced = IsEnabled(settings, "TRACES");
        var measured = IsEnabled(settings, "METRICS");
        var logged = IsEnabled(settings, "LOGS");
        if (!traced && !measured && !logged)
            return;
        // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, so that they override the name.
        var telemetry = builder.Services.AddHostedService<ExportFailure>().AddOpenTelemetry()
            .ConfigureResource(of => of.Clear().AddTelemetrySdk().AddService(service).AddEnvironmentVariableDetector());
        if (traced)
            telemetry.WithTracing(traces => traces.AddSource(SourceNames.All)
                .AddAspNetCoreInstrumentation(options => options.Filter = http => !HealthEndpoints.IsProbe(http.Request.Path))
                .AddHttpClientInstrumentation()
                .AddGrpcClientInstrumentation(options => options.SuppressDownstreamInstrumentation = true) // One span per call.
                .AddOtlpExporter());
        if (measured)
            telemetry.WithMetrics(metrics => metrics.AddMeter(SourceNames.All)
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddOtlpExporter());
        if (logged)
            telemetry.WithLogging(
                logs => logs.AddOtlpExporter(),
                options =>
                {
                    options.IncludeFormattedMessage = true;
                    options.IncludeScopes = true;
                });
    }

    /// <summary>The OTEL_ variables for the configuration, where the packages read them.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));

    private static bool IsEnabled(ConfigurationManager settings, string signal) =>
        !string.Equals(settings["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(settings[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && $"{settings[Endpoint]}{settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]}".Length > 0;
}
