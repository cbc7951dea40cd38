using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TcMgc.Hosting;
using TcMgc.Shared;
using TcMgc.Shared.Events;

namespace TcMgc.Ingest.Tests;

public sealed class ReadinessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-ingest-ready-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ingest_is_ready_while_Qdrant_is_away_and_a_removal_waits_for_it()
    {
        string[] settings =
        [
            "--Data", _folder, "--Urls", "http://127.0.0.1:0", "--Vectors", "qdrant", "--Qdrant:Url", "http://127.0.0.1:9",
        ];
        var builder = ServiceProgram.CreateBuilder(settings, "test");
        var stores = await builder.AddStorageAsync();
        builder.AddUploads();
        builder.AddDecoding();
        builder.AddRemoval();
        using var waiting = new AwaitedLine("a store is away: Qdrant at http://127.0.0.1:9");
        builder.Services.AddSingleton<ILoggerProvider>(_ => waiting);
        await RemoveAsync(stores.Events);
        await using var app = builder.BuildService();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        await waiting.Seen;
        using var ready = await http.GetAsync("/readyz");

        Assert.True(ready.StatusCode == HttpStatusCode.OK, await ready.Content.ReadAsStringAsync());
        await app.StopAsync();
    }

    private static async Task RemoveAsync(IEventLog log)
    {
        var upload = new VideoUploaded
        {
            VideoId = VideoId.FromSha256(new byte[32]),
            Time = DateTimeOffset.UnixEpoch,
            FileName = "x.mp4",
            Sha256 = new('0', 64),
            Bytes = 1,
            Source = "originals/1/0",
        };
        await log.AppendAsync(upload, default);
        await log.AppendAsync(new VideoDeleted { VideoId = upload.VideoId, UploadId = upload.EventId, Time = upload.Time },
            default);
    }

    /// <summary>Ends when a line is logged that begins so.</summary>
    private sealed class AwaitedLine(string start) : ILoggerProvider, ILogger
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).StartsWith(start, StringComparison.Ordinal))
                _seen.TrySetResult();
        }

        public void Dispose()
        {
        }
    }
}
