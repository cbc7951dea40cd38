using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting;
using TcMgc.Model;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Tests.Api;

/// <summary>The search service in this process, on a data folder of its own with some videos of random frames.</summary>
internal sealed class HostedApi : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;

    private HostedApi(string folder, WebApplication app, IReadOnlyList<VideoId> videos)
    {
        (_folder, _app, Videos) = (folder, app, videos);
        Http = new(new DescribedAnswers()) { BaseAddress = new(app.Urls.Single()), Timeout = TimeSpan.FromMinutes(3) };
    }

    public HttpClient Http { get; }

    /// <summary>Its data folder.</summary>
    public string Folder => _folder;

    public IReadOnlyList<VideoId> Videos { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it.</summary>
    /// <param name="model">Its model.</param>
    /// <param name="videos">How many videos of two segments it has.</param>
    /// <param name="change">Puts something else in the place of what the service is made of.</param>
    public static async Task<HostedApi> StartAsync(VideoTextModel model, int videos, Action<IServiceCollection>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-hosted-api-").FullName;
        var builder = ServiceProgram.CreateBuilder(["--Data", folder, "--Urls", "http://127.0.0.1:0"], "test");
        var stores = await builder.AddStorageAsync();
        builder.Services.AddSingleton(_ => model);
        builder.AddSearch();
        change?.Invoke(builder.Services);
        var ids = new List<VideoId>();
        for (var at = 0; at < videos; at++)
            ids.Add(await AddAsync(stores.Index, stores.Events, new(model), $"video {at}.mp4"));
        var app = builder.BuildService();
        app.MapSearchApi();
        await app.StartAsync();
        var hosted = new HostedApi(folder, app, ids);
        foreach (var id in ids)
            await hosted.UntilAsync($"/api/v1/videos/{id}", 200);
        return hosted;
    }

    /// <summary>Status, type of content and body of an answer.</summary>
    public (int Status, string? Type, string Body) Send(HttpMethod method, string path, byte[]? body = null,
        string? type = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Headers = { ExpectContinue = body?.Length > 1 << 20 } };
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = type is null ? null : new(type) } };
        using var response = Http.Send(request);
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, reader.ReadToEnd());
    }

    /// <summary>
    /// Asserts that an answer is one that a client can act on: a success, or a problem of a stable type that is the client's
    /// fault.
    /// </summary>
    public static void AssertClear((int Status, string? Type, string Body) answer, string question)
    {
        Assert.True(answer.Status is >= 200 and < 500, $"{answer.Status} for {question}: {answer.Body}");
        if (answer.Status < 400)
            return;
        Assert.True(answer.Type == "application/problem+json", $"{answer.Status} {answer.Type} for {question}");
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.StartsWith("urn:tcmgc:problem:", problem.RootElement.GetProperty("type").GetString(), StringComparison.Ordinal);
        Assert.Equal(answer.Status, problem.RootElement.GetProperty("status").GetInt32());
    }

    /// <summary>Asserts a problem's status and type.</summary>
    public static void AssertProblem(int status, string kind, (int Status, string? Type, string Body) answer)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Body}");
        using var problem = JsonDocument.Parse(answer.Body);
        Assert.Equal($"urn:tcmgc:problem:{kind}", problem.RootElement.GetProperty("type").GetString());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task UntilAsync(string path, int status)
    {
        while (Send(HttpMethod.Get, path).Status != status)
            await Task.Delay(20);
    }

    private static async Task<VideoId> AddAsync(IVectorIndex index, IEventLog log, SampleLibrary library, string name)
    {
        await library.AddRandomAsync(name);
        await index.BindAsync((await library.Index.GetModelAsync(default))!, default);
        await index.UpsertAsync(library.Index.Segments, default);
        var id = SampleLibrary.Id(name);
        var upload = new VideoUploaded
        {
            VideoId = id,
            Time = DateTimeOffset.UnixEpoch,
            FileName = name,
            Sha256 = id.Value.ToString("N") + id.Value.ToString("N"),
            Bytes = 1,
            Source = $"originals/{id}"
        };
        await log.AppendAsync(upload, default);
        await log.AppendAsync(new VideoDecoded
        {
            VideoId = id,
            UploadId = upload.EventId,
            Time = DateTimeOffset.UnixEpoch,
            FramePack = "none",
            Frames = 6,
            Duration = 6,
            Width = 32,
            Height = 32,
            Elapsed = 1,
        }, default);
        await log.AppendAsync(new VideoIndexed
        {
            VideoId = id,
            UploadId = upload.EventId,
            Time = DateTimeOffset.UnixEpoch,
            ModelId = library.Model.Id,
            Segments = 2,
            Frames = 6,
            Elapsed = 1,
        }, default);
        return id;
    }
}
