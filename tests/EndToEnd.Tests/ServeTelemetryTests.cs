using System.Net;
using System.Net.Http.Json;
using TcMgc.EndToEnd.Tests.Services;

namespace TcMgc.EndToEnd.Tests;

/// <summary>What three services send to a receiver of OpenTelemetry's protocol.</summary>
[Collection(ServiceTests.Name)]
public sealed class ServeTelemetryTests(Workplace place, OneBroker brokers) : IClassFixture<Workplace>
{
    private const string Ingest = "tcmgc-ingest", Featurizer = "tcmgc-featurizer", Search = "tcmgc-search";

    /// <summary>A client's own span: the services continue its trace.</summary>
    private const string Trace = "0af7651916cd43dd8448eb211c80319c", Client = "b7ad6b7169203331",
        QueryTrace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task A_video_is_one_trace_from_upload_to_searchable_through_three_processes()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var cluster = await ServiceCluster.StartAsync(place, brokers);
        (cluster.Variables["OTEL_EXPORTER_OTLP_ENDPOINT"], cluster.Variables["OTEL_EXPORTER_OTLP_PROTOCOL"]) =
            (receiver.Url, "http/protobuf");
        cluster.Variables["OTEL_METRIC_EXPORT_INTERVAL"] = "500";
        var (ingest, featurizer, search) = await cluster.AllAsync();

        var video = await ServiceCluster.UploadAsync(ingest, TestClips.Distinct(3), $"00-{Trace}-{Client}-01");
        await search.UntilAsync(video, "indexed");
        using var query = new HttpRequestMessage(
            HttpMethod.Post, "/api/v1/search")
        { Content = JsonContent.Create(new { text = "a pattern" }) };
        query.Headers.Add("traceparent", $"00-{QueryTrace}-{Client}-01");
        await ServeRun.JsonAsync(await search.Http.SendAsync(query));
        await receiver.UntilMeasuredAsync("tcmgc.events.lag"); // Of members of a group: none is left at the end.
        await ServiceCluster.StopAsync(ingest, featurizer, search);

        var spans = receiver.Spans.Where(span => span.Trace == Trace).ToList();
        var ids = spans.Select(span => span.Id).ToHashSet();
        Assert.Equal(Client, Assert.Single(spans, span => !ids.Contains(span.Parent)).Parent);
        Holds(spans, Ingest, "send videos.uploaded", "process videos.uploaded", "decode", "send videos.decoded");
        Holds(spans, Featurizer, "process videos.decoded", "encode", "batch wait", "batch", "upsert", "send videos.indexed");
        Holds(spans, Search, "process videos.indexed");
        Holds(spans, Featurizer, "qdrant.Points/Upsert");
        Assert.All(spans.Where(span => span.Name == "qdrant.Points/Upsert"), call =>
            Assert.Equal("upsert", spans.Single(span => span.Id == call.Parent).Name));
        Assert.DoesNotContain(receiver.Spans, span => span.Name == "POST"); // The HTTP under a gRPC call is no span of its own.
        Assert.All(
            spans.Where(span => span.Name.StartsWith("send ", StringComparison.Ordinal)
                || span.Name.StartsWith("process ", StringComparison.Ordinal)), span =>
        {
            Assert.Equal(("kafka", span.Name.Split(' ')[0], span.Name.Split(' ')[1]),
                (span.Tags["messaging.system"], span.Tags["messaging.operation.type"], span.Tags["messaging.destination.name"]));
            Assert.True(span.Tags.ContainsKey("messaging.message.id"));
        });
        var stages = receiver.Spans.Where(span => span.Trace == QueryTrace).ToList();
        Holds(stages, Search, "text", "candidates", "qdrant.Points/Query", "fetch", "score");

        Assert.Superset(new HashSet<string>
        {
            "tcmgc.video.searchable.duration", "tcmgc.decoder.frames", "tcmgc.featurizer.frames", "tcmgc.featurizer.batch.size",
            "tcmgc.featurizer.queue",
            "tcmgc.events.lag", "tcmgc.search.stage.duration", "tcmgc.search.cache.lookups", "http.server.request.duration",
        }, receiver.Metrics.Keys.ToHashSet());
        Assert.Equal([Featurizer, Ingest], receiver.Logs.Where(log => log.Trace == Trace).Select(log => log.Service).Distinct()
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_request_is_traced_and_a_probe_is_not()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        using var run = await ServeRun.StartProcessAsync(
            place, place.New("data"), $"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Url}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf");
        foreach (var path in (string[])["/healthz", "/readyz", "/openapi.json", "/healthz"])
            Assert.Equal(HttpStatusCode.OK, (await run.Http.GetAsync(path)).StatusCode);
        await ServiceCluster.StopAsync(run);

        Assert.Equal(
            ["GET /openapi.json"],
            receiver.Spans.Where(span => span.Name.StartsWith("GET", StringComparison.Ordinal)).Select(span => span.Name));
    }

    [Fact]
    public async Task A_receiver_that_is_away_costs_one_line_and_nothing_else()
    {
        var receiver = await OtlpReceiver.StartAsync();
        await receiver.DisposeAsync();
        using var run = await ServeRun.StartProcessAsync(
            place, place.New("data"),
            $"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Url}", "OTEL_BSP_SCHEDULE_DELAY=50", "OTEL_METRIC_EXPORT_INTERVAL=50");
        var video = await ServiceCluster.UploadAsync(run, TestClips.Distinct(3));
        await run.UntilAsync(video, "indexed");
        run.Terminate();
        var ended = await run.EndAsync();

        Assert.Equal(0, ended.Status);
        var line = Assert.Single(ended.ErrorLines, line => line.Contains("telemetry", StringComparison.Ordinal));
        Assert.Contains($"] telemetry does not reach {receiver.Url}", line, StringComparison.Ordinal);
        Assert.DoesNotContain(ended.ErrorLines, line => line.Contains("fail:", StringComparison.Ordinal));
    }

    private static void Holds(List<SentSpan> spans, string service, params string[] names) =>
        Assert.All(names, name => Assert.Contains(spans, span => span.Service == service && span.Name == name));
}
