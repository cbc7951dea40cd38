using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Microsoft.AspNetCore.Builder;
using TcMgc.Hosting;
using TcMgc.Ingest.Api;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.Ingest.Tests.Api;

/// <summary>What is said in an uploaded video, given over HTTP.</summary>
public sealed class TranscriptEndpointTests : IAsyncLifetime
{
    private const string Waves = "00:01 --> 00:02\nthe waves are loud\n",
        Gulls = """{"segments": [{"start": 3, "end": 4, "text": "gulls cry"}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-transcript-endpoint-").FullName;
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private Storage _stores = null!;
    private string _video = "";

    public async ValueTask InitializeAsync()
    {
        var builder = ServiceProgram.CreateBuilder(["--Data", _folder, "--Urls", "http://127.0.0.1:0"], "test");
        _stores = await builder.AddStorageAsync();
        builder.AddUploads();
        builder.Services.AddTranscripts();
        _app = builder.BuildService();
        _app.MapUploadApi();
        await _app.StartAsync();
        _http = new() { BaseAddress = new(_app.Urls.Single()) };
        using var answer = await _http.PostAsync("/api/v1/videos?name=sea.mp4", new ByteArrayContent([1, 2, 3]));
        using var taken = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        _video = taken.RootElement.GetProperty("id").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(); // Nothing writes to the folder any more.
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_transcript_replaces_what_was_known_and_is_stored_once_however_often_it_is_put()
    {
        Assert.Equal((200, """{"cues":1}"""), await PutAsync(Waves));
        await UntilFoundAsync("waves", 1);
        Assert.Equal((200, """{"cues":1}"""), await PutAsync(Waves));
        Assert.Equal((200, """{"cues":1}"""), await PutAsync(Gulls, "application/json"));
        await UntilFoundAsync("gulls", 1);

        Assert.Empty(_stores.Transcripts.Search(CollectionId.Default, ["waves"], null, 10));
        Assert.Equal([1, 1], (await EventsAsync()).Select(told => told.Cues));
    }

    [Theory]
    [InlineData("1\n00:00:01,500 --> 00:00:03,000\nhello\n")]
    [InlineData("\uFEFF WEBVTT\n\nintro\n00:01.000 --> 00:02.000\nhello\n")]
    [InlineData("\n[{\"start\": 1, \"end\": 2, \"text\": \"hello\"}]")]
    public async Task What_it_is_shows_in_how_it_begins(string transcript) =>
        Assert.Equal((200, """{"cues":1}"""), await PutAsync(transcript, "application/x-www-form-urlencoded"));

    [Fact]
    public async Task What_cannot_be_read_is_told_and_changes_nothing()
    {
        Assert.Equal((200, """{"cues":1,"warning":"line 4: no two times"}"""), await PutAsync(Waves + "\nx --> y\n"));

        Assert.Contains("\"urn:tcmgc:problem:transcript-unreadable\"", await RefusedAsync(400, PutAsync("")),
            StringComparison.Ordinal);
        Assert.Contains("is no JSON (line 1)", await RefusedAsync(400, PutAsync("{")), StringComparison.Ordinal);
        Assert.Contains("has no cues", await RefusedAsync(400, PutAsync("[]")), StringComparison.Ordinal);
        Assert.Contains("belongs to no time", await RefusedAsync(400, PutAsync("<html>")), StringComparison.Ordinal);
        Assert.Contains("\"urn:tcmgc:problem:request\"",
            await RefusedAsync(413, PutAsync(new string(' ', TranscriptFile.LargestBytes + 1))), StringComparison.Ordinal);
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task What_was_put_is_told_in_the_form_in_which_it_can_be_put_again()
    {
        await PutAsync(Gulls);

        var (status, cues) = await GetAsync();

        Assert.Equal((200, """[{"start":3,"end":4,"text":"gulls cry"}]"""), (status, cues));
        Assert.Equal((200, """{"cues":1}"""), await PutAsync(cues));
        Assert.Single(await EventsAsync());
    }

    [Fact]
    public async Task A_transcript_that_is_deleted_is_neither_found_nor_told_however_often()
    {
        await PutAsync(Waves);
        await UntilFoundAsync("waves", 1);

        Assert.Equal(204, (await SendAsync(HttpMethod.Delete)).Status);
        Assert.Equal(204, (await SendAsync(HttpMethod.Delete)).Status);

        await UntilFoundAsync("waves", 0);
        Assert.Contains("\"urn:tcmgc:problem:transcript-not-found\"", await RefusedAsync(404, GetAsync()),
            StringComparison.Ordinal);
        Assert.Equal([1, 0], (await EventsAsync()).Select(told => told.Cues));
    }

    [Fact]
    public async Task A_video_that_is_not_there_has_no_transcript()
    {
        foreach (var id in (string[])["no-id", Guid.NewGuid().ToString()])
        {
            Assert.Contains("\"urn:tcmgc:problem:video-not-found\"", await RefusedAsync(404, PutAsync(Waves, video: id)),
                StringComparison.Ordinal);
            Assert.Contains("\"urn:tcmgc:problem:video-not-found\"", await RefusedAsync(404, SendAsync(HttpMethod.Delete, id)),
                StringComparison.Ordinal);
            Assert.Contains("\"urn:tcmgc:problem:transcript-not-found\"", await RefusedAsync(404, SendAsync(HttpMethod.Get, id)),
                StringComparison.Ordinal);
        }
    }

    [Property]
    public Property Any_bytes_are_answered_clearly() => Prop.ForAll(
        Gen.OneOf(ArbMap.Default.GeneratorFor<byte[]>(),
            Gen.Elements("[", "{", "WEBVTT\n", Waves)
                .SelectMany(start => ArbMap.Default.GeneratorFor<string>().Select(rest => Encoding.UTF8.GetBytes(start + rest))))
                    .ToArbitrary(),
        bytes =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put,
                $"/api/v1/videos/{_video}/transcript")
            { Content = new ByteArrayContent(bytes) };
            using var response = _http.Send(request);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, Convert.ToHexString(bytes));
        });

    private async Task<(int Status, string Body)> PutAsync(string transcript, string? type = null, string? video = null)
    {
        using var content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(transcript))
        { Headers = { ContentType = type is null ? null : new(type) } };
        using var request = new HttpRequestMessage(HttpMethod.Put,
            $"/api/v1/videos/{video ?? _video}/transcript")
        {
            Content = content,
            Headers = { ExpectContinue = transcript.Length > 1 << 20 }
        };
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private Task<(int Status, string Body)> GetAsync() => SendAsync(HttpMethod.Get);

    private async Task<(int Status, string Body)> SendAsync(HttpMethod method, string? video = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/videos/{video ?? _video}/transcript");
        using var response = await _http.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task<string> RefusedAsync(int status, Task<(int Status, string Body)> answer)
    {
        Assert.Equal(status, (await answer).Status);
        return (await answer).Body;
    }

    private async Task UntilFoundAsync(string word, int count)
    {
        while (_stores.Transcripts.Search(CollectionId.Default, [word], null, 10).Count != count)
            await Task.Delay(20);
    }

    private async Task<List<VideoTranscribed>> EventsAsync() =>
        await _stores.Events.ReadAllAsync(default).OfType<VideoTranscribed>().ToListAsync();
}
