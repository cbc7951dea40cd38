using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Hosting.Tests;

/// <summary>A service in this process, whose log says when its catalog may catch up.</summary>
public sealed class CatalogWorkerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-catalog-worker-").FullName;
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly TaskCompletionSource _mayCatchUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _workerStarted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private Storage _stores = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = ServiceProgram.CreateBuilder(["--Data", _folder, "--Urls", "http://127.0.0.1:0"], "test");
        _stores = await builder.AddStorageAsync();
        builder.Services
            .AddTranscripts()
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<IEventLog>(new HeldLog(_stores.Events, _mayCatchUp.Task))
            .AddCatalogWorker("test", _ => stop =>
            {
                _workerStarted.SetResult();
                return Task.CompletedTask;
            });
        _app = builder.BuildService();
        _app.MapGet("/api/v1/videos", (ICatalog catalog) => catalog.ListAsync(default));
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Urls.Single()), Timeout = TimeSpan.FromMinutes(2) };
    }

    public async ValueTask DisposeAsync()
    {
        _mayCatchUp.TrySetResult();
        _http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Until_its_catalog_has_caught_up_a_service_is_not_ready_and_refuses_requests_and_its_workers_wait()
    {
        var asking = _http.GetAsync("/api/v1/videos");
        while (!asking.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }
        using var refused = await asking;
        using var unready = await _http.GetAsync("/readyz");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable),
            (refused.StatusCode, unready.StatusCode));
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("the catalog reads the event log", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(_workerStarted.Task.IsCompleted);

        _mayCatchUp.SetResult();
        await _workerStarted.Task;

        using var answered = await _http.GetAsync("/api/v1/videos");
        using var ready = await _http.GetAsync("/readyz");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (answered.StatusCode, ready.StatusCode));
    }

    [Fact]
    public async Task A_request_that_comes_while_the_catalog_catches_up_is_answered_when_it_has()
    {
        var asking = _http.GetAsync("/api/v1/videos");
        _mayCatchUp.SetResult();

        using var answered = await asking;

        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
    }

    [Fact]
    public async Task A_transcript_that_cannot_be_read_stops_neither_the_catalog_nor_the_service()
    {
        _mayCatchUp.SetResult();
        var (upload, later) = (Uploaded(1), Uploaded(2));
        using var content = new MemoryStream("no JSON"u8.ToArray());
        var blob = await _stores.Blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(upload.VideoId), content, default);

        foreach (var happened in (VideoEvent[])[upload, Transcribed(upload, transcript: blob.Name), later])
            await _stores.Events.AppendAsync(happened, default);
        while (await _stores.Catalog.GetAsync(later.VideoId, default) is null)
            await Task.Yield();

        Assert.Equal(blob.Name, (await _stores.Catalog.GetAsync(upload.VideoId, default))!.Transcript);
        Assert.False(_app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task An_event_that_the_catalog_cannot_apply_stops_neither_it_nor_the_service()
    {
        _mayCatchUp.SetResult();
        var (broken, later) = (Uploaded(1) with { FileName = null! }, Uploaded(2));

        await _stores.Events.AppendAsync(broken, default);
        await _stores.Events.AppendAsync(later, default);
        while (await _stores.Catalog.GetAsync(later.VideoId, default) is null)
            await Task.Yield();

        Assert.Null(await _stores.Catalog.GetAsync(broken.VideoId, default));
        Assert.False(_app.Lifetime.ApplicationStopping.IsCancellationRequested);
    }

    /// <summary>A log whose follower is told that it has caught up when a task has ended.</summary>
    private sealed class HeldLog(IEventLog log, Task mayCatchUp) : IEventLog
    {
        public async IAsyncEnumerable<LogEntry?> FollowAsync(
            IReadOnlyDictionary<string, long> done,
                [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await mayCatchUp.WaitAsync(cancellationToken);
            await foreach (var entry in log.FollowAsync(done, cancellationToken))
                yield return entry;
        }

        public ValueTask AppendAsync(VideoEvent happened, CancellationToken cancellationToken) =>
            log.AppendAsync(happened, cancellationToken);

        public IAsyncEnumerable<Delivery> SubscribeAsync(Subscription subscription, CancellationToken cancellationToken) =>
            log.SubscribeAsync(subscription, cancellationToken);

        public ValueTask CommitAsync(Delivery delivery, CancellationToken cancellationToken) =>
            log.CommitAsync(delivery, cancellationToken);

        public ValueTask RejectAsync(Delivery delivery, string reason, CancellationToken cancellationToken) =>
            log.RejectAsync(delivery, reason, cancellationToken);

        public IAsyncEnumerable<DeadLetter> DeadLettersAsync(CancellationToken cancellationToken) =>
            log.DeadLettersAsync(cancellationToken);

        public IAsyncEnumerable<DeadLetter> ReplayAsync(CancellationToken cancellationToken) =>
            log.ReplayAsync(cancellationToken);

        public ValueTask CheckAsync(CancellationToken cancellationToken) => log.CheckAsync(cancellationToken);
    }
}
