using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The ways in which videos come into <c>tcmgc serve</c>.</summary>
public sealed class ServeUploadTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task A_video_is_uploaded_as_the_body_or_in_a_form_once()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        var clip = await File.ReadAllBytesAsync(TestClips.Distinct(1, 2));

        // As curl calls it.
        using var body = new ByteArrayContent(clip) { Headers = { ContentType = new("application/x-www-form-urlencoded") } };
        var first = await ServeRun.JsonAsync(
            await run.Http.PostAsync("/api/v1/videos?name=..%2Fholiday.mp4", body), HttpStatusCode.Accepted);
        using var form = new MultipartFormDataContent { { new StringContent("a field"), "note" },
            { new ByteArrayContent(clip), "file", "again.mp4" } };
        var again = await ServeRun.JsonAsync(await run.Http.PostAsync("/api/v1/videos", form));

        Assert.Equal(
            ("holiday.mp4", clip.Length), (first.GetProperty("name").GetString(), first.GetProperty("bytes").GetInt32()));
        Assert.Equal((first.GetProperty("id").GetString(), true),
            (again.GetProperty("id").GetString(), again.GetProperty("known").GetBoolean()));
        var indexed = await run.UntilAsync(first.GetProperty("id").GetString()!, "indexed");
        Assert.Equal(clip, await run.Http.GetByteArrayAsync(indexed.GetProperty("stream").GetString()));
    }

    [Fact]
    public async Task A_broken_upload_goes_on_where_it_stopped_even_after_the_service_was_killed()
    {
        var data = place.New("data");
        var clip = await File.ReadAllBytesAsync(TestClips.Distinct(2, 2));
        string upload;
        using (var run = await ServeRun.StartProcessAsync(place, data))
        {
            using var created = await SendAsync(run, HttpMethod.Post, "/api/v1/uploads",
                ("Upload-Length", $"{clip.Length}"),
                ("Upload-Metadata", $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes("ein Tag.mp4"))}"));
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            upload = created.Headers.Location!.ToString();
            using var part = await PartAsync(run, upload, 0, clip[..1000]);
            Assert.Equal((HttpStatusCode.NoContent, "1000"), (part.StatusCode, part.Headers.GetValues("Upload-Offset").Single()));
            run.Kill();
        }
        using var later = await ServeRun.StartAsync(place, data);

        using var asked = await SendAsync(later, HttpMethod.Head, upload);
        using var wrong = await PartAsync(later, upload, 5, clip[5..]);
        using var rest = await PartAsync(later, upload, 1000, clip[1000..]);

        Assert.Equal(
            ("1000", $"{clip.Length}"),
            (asked.Headers.GetValues("Upload-Offset").Single(), asked.Headers.GetValues("Upload-Length").Single()));
        Assert.Equal("upload-offset", await ServeRun.ProblemAsync(wrong, HttpStatusCode.Conflict));
        var video = rest.Content.Headers.ContentLocation!.ToString().Split('/')[^1];
        Assert.Equal("ein Tag.mp4", (await later.UntilAsync(video, "indexed")).GetProperty("name").GetString());
        AssertOwnersOnly(data);
    }

    private static void AssertOwnersOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var found = new DirectoryInfo(folder);
        const UnixFileMode others = ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var open = found.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Prepend(found)
            .Where(one => (one.UnixFileMode & others) != 0).Select(one => $"{one.FullName}: {one.UnixFileMode}");
        Assert.Empty(open);
    }

    [Fact]
    public async Task What_breaks_the_protocol_is_told()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"), "Upload:LargestBytes=5000");

        using var elsewhere = new HttpRequestMessage(HttpMethod.Post, "/api/v1/uploads");
        Assert.Equal(
            "tus-version", await ServeRun.ProblemAsync(await run.Http.SendAsync(elsewhere), HttpStatusCode.PreconditionFailed));
        Assert.Equal(
            "tus-length",
            await ServeRun.ProblemAsync(await SendAsync(run, HttpMethod.Post, "/api/v1/uploads"), HttpStatusCode.BadRequest));
        Assert.Equal("video-too-large", await ServeRun.ProblemAsync(
            await SendAsync(run, HttpMethod.Post, "/api/v1/uploads", ("Upload-Length", "5001")),
            HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal("video-too-large", await ServeRun.ProblemAsync(
            await run.Http.PostAsync("/api/v1/videos", new ByteArrayContent(new byte[100_000])),
            HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal(
            "video-empty",
            await ServeRun.ProblemAsync(
                await run.Http.PostAsync("/api/v1/videos", new ByteArrayContent([])), HttpStatusCode.BadRequest));
        Assert.Equal("url-off", await ServeRun.ProblemAsync(
            await run.Http.PostAsJsonAsync("/api/v1/videos/url", new { url = "http://127.0.0.1/a.mp4" }),
            HttpStatusCode.Forbidden));
        Assert.Equal(
            HttpStatusCode.NotFound, (await SendAsync(run, HttpMethod.Head, $"/api/v1/uploads/{Guid.NewGuid():N}")).StatusCode);
    }

    [Fact]
    public async Task A_url_is_fetched_where_that_is_allowed_but_not_from_this_machine_unless_told()
    {
        var clip = TestClips.Distinct(3, 2);
        using var source = await ServeRun.StartAsync(place, place.New("data"));
        var there =
            await ServeRun.JsonAsync(
                await source.Http.PostAsync(
                    "/api/v1/videos?name=far.mp4", new ByteArrayContent(await File.ReadAllBytesAsync(clip))),
                HttpStatusCode.Accepted);
        var url = new Uri(source.Http.BaseAddress!, $"/api/v1/videos/{there.GetProperty("id").GetString()}/stream").ToString();
        using var closed = await ServeRun.StartAsync(place, place.New("data"), "Upload:FromUrl=true");
        using var open =
            await ServeRun.StartAsync(place, place.New("data"), "Upload:FromUrl=true", "Upload:FromPrivateNetworks=true");

        Assert.Equal(
            "url-failed",
            await ServeRun.ProblemAsync(
                await closed.Http.PostAsJsonAsync("/api/v1/videos/url", new { url }), HttpStatusCode.BadGateway));
        var fetched = await ServeRun.JsonAsync(
            await open.Http.PostAsJsonAsync("/api/v1/videos/url", new { url, name = "near.mp4" }), HttpStatusCode.Accepted);

        Assert.Equal(there.GetProperty("id").GetString(), fetched.GetProperty("id").GetString());
        await open.UntilAsync(fetched.GetProperty("id").GetString()!, "indexed");
    }

    [Fact]
    public async Task Videos_of_the_watched_folder_are_taken_in_those_there_those_that_come_and_those_that_change()
    {
        var folder = place.FolderOf(TestClips.Distinct(4, 1));
        using var run = await ServeRun.StartAsync(
            place, place.New("data"), $"Watch:Folder={folder}", "Watch:Still=00:00:00.3", "Watch:Interval=00:00:00.1");
        var there = Assert.Single(await run.UntilListedAsync(1));

        File.Copy(TestClips.Distinct(5, 1), Path.Combine(folder, "new.mp4"));
        await run.UntilListedAsync(2);
        File.Copy(TestClips.Distinct(6, 1), Path.Combine(folder, "new.mp4"), overwrite: true);
        var all = await run.UntilListedAsync(3);

        Assert.Equal(2, all.Count(video => video.GetProperty("name").GetString() == "new.mp4"));
        await run.UntilAsync(there.GetProperty("id").GetString()!, "indexed");
    }

    private static Task<HttpResponseMessage> PartAsync(ServeRun run, string upload, long offset, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return SendAsync(run, HttpMethod.Patch, upload, content, ("Upload-Offset", $"{offset}"));
    }

    private static Task<HttpResponseMessage> SendAsync(
        ServeRun run, HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        SendAsync(run, method, path, null, headers);

    private static async Task<HttpResponseMessage> SendAsync(
        ServeRun run, HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Add("Tus-Resumable", "1.0.0");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await run.Http.SendAsync(request);
    }
}
