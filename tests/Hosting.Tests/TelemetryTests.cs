using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace TcMgc.Hosting.Tests;

/// <summary>What OpenTelemetry's standard settings switch on.</summary>
public sealed class TelemetryTests
{
    private const string Endpoint = "--OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317";

    [Fact]
    public void Without_a_receiver_nothing_is_instrumented() => Assert.Equal("", Instrumented());

    [Fact]
    public void A_receiver_gets_all_three_signals() => Assert.Equal("traces metrics logs", Instrumented(Endpoint));

    [Theory]
    [InlineData("TRACES", "metrics logs")]
    [InlineData("METRICS", "traces logs")]
    [InlineData("LOGS", "traces metrics")]
    public void A_signal_may_be_left_out(string signal, string others) =>
        Assert.Equal(others, Instrumented(Endpoint, $"--OTEL_{signal}_EXPORTER=none"));

    [Theory]
    [InlineData("TRACES", "traces")]
    [InlineData("METRICS", "metrics")]
    [InlineData("LOGS", "logs")]
    public void A_receiver_of_one_signal_gets_that_one(string signal, string name) =>
        Assert.Equal(name, Instrumented($"--OTEL_EXPORTER_OTLP_{signal}_ENDPOINT=http://127.0.0.1:4317"));

    [Fact]
    public void The_whole_can_be_switched_off() => Assert.Equal("", Instrumented(Endpoint, "--OTEL_SDK_DISABLED=true"));

    private static string Instrumented(params string[] settings)
    {
        var services = ServiceProgram.CreateBuilder(settings, "test").Services;
        (string Name, Type Provider)[] signals =
            [("traces", typeof(TracerProvider)), ("metrics", typeof(MeterProvider)), ("logs", typeof(LoggerProvider))];
        var provided = services.Select(service => service.ServiceType).ToHashSet();
        return string.Join(' ', signals.Where(one => provided.Contains(one.Provider)).Select(one => one.Name));
    }
}
