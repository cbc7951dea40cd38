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
/// Traces, metrics and logs sent by OTLP where the standard settings say so: <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> or its form for
/// one signal, <c>OTEL_TRACES_EXPORTER=none</c> and the like, <c>OTEL_SDK_DISABLED</c>, <c>OTEL_SERVICE_NAME</c>.
/// A signal without a receiver is neither collected nor instrumented.
/// </summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Instruments the service for each signal that has a receiver.</summary>
    /// <param name="builder">The service; its configuration holds <see cref="Variables"/>.</param>
    /// <param name="service">Its name where OTEL_SERVICE_NAME gives none.</param>
    public static void Add(WebApplicationBuilder builder, string service)
    {
        var settings = builder.Configuration;
        var traced = IsWanted(settings, "TRACES");
        var measured = IsWanted(settings, "METRICS");
        var logged = IsWanted(settings, "LOGS");
        if (!traced && !measured && !logged)
            return;
        // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes last: it goes before our name.
        var telemetry = builder.Services.AddHostedService<ExportFailure>().AddOpenTelemetry()
            .ConfigureResource(of => of.Clear().AddTelemetrySdk().AddService(service).AddEnvironmentVariableDetector());
        if (traced)
            telemetry.WithTracing(traces => traces.AddSource(SourceNames.All)
                .AddAspNetCoreInstrumentation(options => options.Filter = http => !HealthEndpoints.IsProbe(http.Request.Path))
                .AddHttpClientInstrumentation()
                .AddGrpcClientInstrumentation(options => options.SuppressDownstreamInstrumentation = true) // One span a call.
                .AddOtlpExporter());
        if (measured)
            telemetry.WithMetrics(metrics => metrics.AddMeter(SourceNames.All)
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation().AddOtlpExporter());
        if (logged)
            telemetry.WithLogging(
                logs => logs.AddOtlpExporter(),
                options => (options.IncludeFormattedMessage, options.IncludeScopes) = (true, true));
    }

    /// <summary>The standard variables under their own names, for the configuration: the packages look for them there.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Variables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(variable => KeyValuePair.Create((string)variable.Key, (string?)variable.Value));

    private static bool IsWanted(ConfigurationManager settings, string signal) =>
        !string.Equals(settings["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(settings[$"OTEL_{signal}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && $"{settings[Endpoint]}{settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"]}".Length > 0;
}
