using System.Net;
using System.Net.Sockets;
using Microsoft.Playwright;
using TcMgc.EndToEnd.Tests.Services;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>tcmgc serve --traces</c>: the service with the Aspire dashboard, as its package comes from NuGet.</summary>
public sealed class ServeTracesTests(Workplace place) : IClassFixture<Workplace>
{
    private const string Request = "POST /api/v1/videos";

    private static readonly string[] s_names =
    [
        Request, "send videos.uploaded", "process videos.uploaded", "decode", "send videos.decoded",
        "process videos.decoded", "encode", "batch wait", "batch", "upsert", "send videos.indexed", "process videos.indexed",
    ];

    [Fact]
    public async Task An_upload_is_one_trace_to_searchable_for_who_has_the_address_until_the_service_is_interrupted()
    {
        var (run, address) = await StartAsync();
        using var _ = run;
        using var traces = new TraceReader(address);
        using var stranger = new HttpClient { BaseAddress = address };
        var video = await ServiceCluster.UploadAsync(run, TestClips.Distinct(3));
        await run.UntilAsync(video, "indexed");

        var spans = await traces.TraceAsync(Request, IsWhole);

        Assert.Superset(s_names.ToHashSet(), Names(spans));
        Assert.Equal(Request, Assert.Single(spans, span => span.Parent.Length == 0).Name);
        Assert.Empty(Orphans(spans));

        Assert.Equal("127.0.0.1", address.Host);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/api/telemetry/traces")).StatusCode);
        Assert.Equal("/login", (await stranger.GetAsync("/traces")).RequestMessage!.RequestUri!.AbsolutePath);

        run.Interrupt();
        Assert.Equal(0, (await run.EndAsync()).Status);
        await EndedAsync(address);
    }

    [Fact]
    public async Task The_dashboard_ends_with_a_service_that_is_killed()
    {
        var (run, address) = await StartAsync();
        using var _ = run;

        run.Kill();
        await run.EndAsync();

        await EndedAsync(address);
    }

    [BrowserFact]
    public async Task A_person_sees_the_trace_in_a_browser()
    {
        var (run, address) = await StartAsync();
        using var _ = run;
        var video = await ServiceCluster.UploadAsync(run, TestClips.Distinct(3));
        await run.UntilAsync(video, "indexed");
        await using var browser = await PageBrowser.OpenAsync(address);
        await browser.Page.GotoAsync(new Uri(address, "/traces").ToString());
        await browser.Page.GetByText(Request).First.ClickAsync();

        foreach (var name in (string[])["decode", "encode", "batch wait", "batch", "upsert", "MSG sqlite videos.indexed"])
            await Assertions.Expect(browser.Page.GetByText(name, new() { Exact = true }).First).ToBeVisibleAsync();
        await browser.Page.Mouse.MoveAsync(0, 0);
        await browser.PictureAsync("traces.png");
        Assert.DoesNotContain(browser.Complaints, complaint => complaint.StartsWith("asks ", StringComparison.Ordinal));
        await ServiceCluster.StopAsync(run);
    }

    [Fact]
    public async Task A_package_that_cannot_be_fetched_is_one_line_and_nothing_is_started()
    {
        var (data, fetching, ended) = await WithoutFeedAsync();

        Assert.Equal(1, ended.Status);
        Assert.Equal("", ended.Output);
        Assert.StartsWith("tcmgc: fetching Aspire.Dashboard.Sdk.", fetching, StringComparison.Ordinal);
        var told = Assert.Single(ended.ErrorLines[1..]);
        Assert.StartsWith("tcmgc: --traces needs the package Aspire.Dashboard.Sdk.", told, StringComparison.Ordinal);
        Assert.Contains("NU1301", told, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task What_was_fetched_in_part_is_fetched_anew_and_a_dashboard_that_ends_tells_its_last_words()
    {
        var (_, fetching, _) = await WithoutFeedAsync();
        var (name, version) = (fetching.Split(' ')[2], fetching.Split(' ')[3]);
        var folder = Directory.CreateDirectory(place.New("fetch")).FullName;
        await FakePackage.FeedAsync(folder, "feed");
        FakePackage.Write(Path.Combine(folder, "feed"), name, version, "#!/bin/sh\necho no room\nexit 3\n");
        var half = Path.Combine(folder, "packages", name.ToLowerInvariant(), version, "tools");
        await File.WriteAllTextAsync(
            Path.Combine(Directory.CreateDirectory(half).FullName, "Aspire.Dashboard"), "#!/bin/sh\necho half of it\n");

        var first = await ServeInAsync(folder, [Packages(folder)]);
        var second = await ServeInAsync(folder, [Packages(folder)]);

        const string told = "tcmgc: the trace dashboard ended before it listened: no room";
        Assert.Equal([$"tcmgc: fetching {name} {version} into {Path.Combine(folder, "packages")}, once", told], first.ErrorLines);
        Assert.Equal([told], second.ErrorLines);
        Assert.Equal((1, 1), (first.Status, second.Status));
    }

    [Fact]
    public async Task A_receiver_in_the_environment_and_a_port_that_is_taken_are_told()
    {
        var folder = Directory.CreateDirectory(place.New("told")).FullName;
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var run = (await StartAsync()).Run; // The package is here.

        var elsewhere = await ServeInAsync(folder, [new("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")]);
        var there = await ServeInAsync(folder, [], $"{port}");

        Assert.Equal(
            ["tcmgc: --traces says where telemetry goes, and so does OTEL_EXPORTER_OTLP_ENDPOINT: leave one of them out"],
            elsewhere.ErrorLines);
        Assert.Contains($":{port}: address already in use", Assert.Single(there.ErrorLines), StringComparison.Ordinal);
        Assert.Equal((1, 1), (elsewhere.Status, there.Status));
    }

    /// <summary>Asks until nothing listens there any more.</summary>
    private static async Task EndedAsync(Uri address)
    {
        using var http = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            while (true)
                (await http.GetAsync(address, limit.Token)).Dispose();
        });
        // One that breaks off just when it is made is the socket's own error.
        Assert.True(error is HttpRequestException or SocketException, error.ToString());
    }

    /// <summary>The service with the real dashboard; skipped where no feed answers and the package is not here yet.</summary>
    private async Task<(ServeRun Run, Uri Traces)> StartAsync()
    {
        try
        {
            return await ServeRun.StartTracedAsync(place, place.New("data"));
        }
        catch (InvalidOperationException error) when (error.Message.Contains("NU1301", StringComparison.Ordinal))
        {
            Assert.Skip($"the trace dashboard's package cannot be fetched: {error.Message}");
            throw;
        }
    }

    private async Task<(string Data, string Fetching, Ended Ended)> WithoutFeedAsync()
    {
        var folder = Directory.CreateDirectory(place.New("no feed")).FullName;
        await FakePackage.FeedAsync(folder, "nowhere");
        var ended = await ServeInAsync(folder, [Packages(folder)]);
        return (Path.Combine(folder, "data"), ended.ErrorLines[0], ended);
    }

    private async Task<Ended> ServeInAsync(
        string folder, IEnumerable<KeyValuePair<string, string>> variables, params string[] port)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "tcmgc.dll");
        string[] arguments = [program, "serve", "--model", place.Model, "--urls", "http://127.0.0.1:0", "--traces", .. port];
        using var run = ProgramRun.StartIn(folder, "dotnet", arguments, variables);
        return await run.EndAsync();
    }

    private static KeyValuePair<string, string> Packages(string folder) =>
        new("NUGET_PACKAGES", Path.Combine(folder, "packages"));

    private static bool IsWhole(List<ShownSpan> spans) => Names(spans).IsSupersetOf(s_names) && Orphans(spans).Count == 0;

    private static HashSet<string> Names(List<ShownSpan> spans) => spans.Select(span => span.Name).ToHashSet();

    private static List<ShownSpan> Orphans(List<ShownSpan> spans)
    {
        var ids = spans.Select(span => span.Id).ToHashSet();
        return spans.FindAll(span => span.Parent.Length > 0 && !ids.Contains(span.Parent));
    }
}
