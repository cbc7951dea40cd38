using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TcMgc.Hosting.Access;
using TcMgc.Shared;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// Two collections of one service that have a file in common: whoever has the key of one tries what the other holds, at every
/// endpoint that the service describes.
/// </summary>
public sealed partial class CollectionsTests(Workplace place) : IClassFixture<Workplace>
{
    /// <summary>A word of a transcript and a part of file names that only one collection has.</summary>
    private const string Secret = "wombat";

    /// <summary>What is tried at each operation: an endpoint without a trial fails the test.</summary>
    private static readonly Dictionary<string, Func<Trial, Task>> s_trials = new()
    {
        ["get /api/v1/videos"] = trial => trial.ListAsync(),
        ["post /api/v1/videos"] = trial => trial.UploadAsync(),
        ["post /api/v1/videos/url"] = trial => trial.FetchAsync(),
        ["get /api/v1/videos/{id}"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}"),
        ["patch /api/v1/videos/{id}"] = trial => trial.TryOthersAsync(
            HttpMethod.Patch, "/api/v1/videos/{id}", () => JsonContent.Create(new { title = "taken" })),
        ["delete /api/v1/videos/{id}"] = trial => trial.TryOthersAsync(HttpMethod.Delete, "/api/v1/videos/{id}"),
        ["get /api/v1/videos/{id}/stream"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}/stream"),
        ["head /api/v1/videos/{id}/stream"] = trial => trial.TryOthersAsync(HttpMethod.Head, "/api/v1/videos/{id}/stream"),
        ["get /api/v1/videos/{id}/thumbnail"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}/thumbnail"),
        ["get /api/v1/videos/{id}/preview"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}/preview"),
        ["get /api/v1/videos/{id}/clip"] = trial => trial.TryOthersAsync(
            HttpMethod.Get, "/api/v1/videos/{id}/clip?start=0&end=1"),
        ["get /api/v1/videos/{id}/proxy"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}/proxy"),
        ["post /api/v1/videos/{id}/proxy"] = trial => trial.TryOthersAsync(HttpMethod.Post, "/api/v1/videos/{id}/proxy"),
        ["get /api/v1/videos/{id}/proxy/stream"] = trial => trial.TryOthersAsync(
            HttpMethod.Get, "/api/v1/videos/{id}/proxy/stream"),
        ["head /api/v1/videos/{id}/proxy/stream"] = trial => trial.TryOthersAsync(
            HttpMethod.Head, "/api/v1/videos/{id}/proxy/stream"),
        ["get /api/v1/videos/{id}/transcript"] = trial => trial.TryOthersAsync(HttpMethod.Get, "/api/v1/videos/{id}/transcript"),
        ["put /api/v1/videos/{id}/transcript"] = trial => trial.TryOthersAsync(
            HttpMethod.Put, "/api/v1/videos/{id}/transcript", () => new ByteArrayContent(Said("nothing"))),
        ["delete /api/v1/videos/{id}/transcript"] = trial => trial.TryOthersAsync(
            HttpMethod.Delete, "/api/v1/videos/{id}/transcript"),
        ["post /api/v1/videos/{id}/retry"] = trial => trial.TryOthersAsync(HttpMethod.Post, "/api/v1/videos/{id}/retry"),
        ["options /api/v1/uploads"] = trial => trial.CompareCapabilitiesAsync(),
        ["post /api/v1/uploads"] = trial => trial.BeginAsync(),
        ["head /api/v1/uploads/{id}"] = trial => trial.TryOthersAsync(HttpMethod.Head, "/api/v1/uploads/{id}"),
        ["patch /api/v1/uploads/{id}"] = trial =>
            trial.TryOthersAsync(HttpMethod.Patch, "/api/v1/uploads/{id}", () => Part(4, 1)),
        ["delete /api/v1/uploads/{id}"] = trial => trial.TryOthersAsync(HttpMethod.Delete, "/api/v1/uploads/{id}"),
        ["post /api/v1/search"] = trial => trial.SearchAsync(),
        ["get /api/v1/status"] = trial => trial.StatusAsync(),
        ["get /api/v1/collections"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Get, "/api/v1/collections"),
        ["get /api/v1/demo"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Get, "/api/v1/demo"),
        ["post /api/v1/demo"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Post, "/api/v1/demo"),
        ["get /api/v1/models"] = trial => trial.ModelsAsync(),
        ["post /api/v1/models/pull"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Post, "/api/v1/models/pull"),
        ["delete /api/v1/models/pull"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Delete, "/api/v1/models/pull"),
        ["post /api/v1/models/use"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Post, "/api/v1/models/use"),
        ["delete /api/v1/models/use"] = trial => trial.AssertOfTheServiceAsync(HttpMethod.Delete, "/api/v1/models/use"),
        ["get /api/v1/events"] = trial => trial.EventsAsync(),
    };

    [Fact]
    public async Task Whoever_has_the_key_of_one_collection_learns_nothing_of_another_at_any_endpoint()
    {
        var data = place.New("data");
        var keys = new KeyFile(Path.Combine(data, KeyFile.Name));
        var (press, desk) = (KeyOf("press"), KeyOf("desk"));
        var fetched = await File.ReadAllBytesAsync(TestClips.Distinct(6, 2));
        await using var source = await LocalServer.StartAsync(async http =>
        {
            http.Response.ContentLength = fetched.Length;
            await http.Response.Body.WriteAsync(fetched);
        });
        using var run = await ServeRun.StartAsync(place, data, "Access:Keys=always", "Upload:FromUrl=true",
            "Upload:FromPrivateNetworks=true");
        using var trial = new Trial(run, press, desk, source.Url);

        await trial.FillAsync();

        var document = JsonNode.Parse(await run.Http.GetStringAsync("/openapi.json"))!["paths"]!.AsObject();
        var operations = document
            .SelectMany(path => path.Value!.AsObject().Select(operation => $"{operation.Key} {path.Key}")).ToList();
        Assert.Equal(s_trials.Keys.Order(), operations.Order());
        foreach (var operation in operations.OrderBy(operation => operation.Contains("events", StringComparison.Ordinal)))
        {
            await s_trials[operation](trial);
            await trial.AssertRefusedByNameAsync(operation);
        }
        await trial.AssertUntouchedAsync();

        string KeyOf(string collection) => keys.Add(collection, Scopes.All, default, CollectionId.Parse(collection)).Text;
    }

    [Fact]
    public async Task Collections_are_the_same_from_a_backup_and_after_a_rebuild()
    {
        var (clip, backup, restored) = (TestClips.Distinct(3, 2), place.New("backup"), place.New("restored"));
        var data = await place.IndexedAsync(clip, TestClips.Distinct(4, 2));
        await SucceedAsync("index", clip, "--collection", "press", "--data", data, "--model", place.Model);

        await SucceedAsync("backup", backup, "--data", data);
        await SucceedAsync("restore", backup, "--data", restored);
        await IndexContents.SameAsync(data, restored);
        foreach (var file in Directory.GetFiles(restored, "catalog.db*").Concat(Directory.GetFiles(restored, "index.db*")))
            File.Delete(file);
        await SucceedAsync("rebuild", "--data", restored, "--model", place.Model);

        await IndexContents.SameAsync(data, restored);
        await SucceedAsync("check", "--data", restored);
        var found = await Workplace.JsonAsync("search", "a pattern", "--collection", "press", "--threshold", "0",
            "--data", restored, "--model", place.Model);
        Assert.Single(found.GetProperty("results").EnumerateArray());

        static async Task SucceedAsync(params string[] arguments)
        {
            var ended = await CommandRun.Of(arguments);
            Assert.True(ended.Status == 0, ended.Errors);
        }
    }

    [GeneratedRegex("\"traceId\":\"[^\"]*\"")]
    private static partial Regex TraceId();

    private static byte[] Said(string words) => Encoding.UTF8.GetBytes($"1\n00:00:00,500 --> 00:00:01,500\n{words}\n");

    private static ByteArrayContent Part(int offset, int bytes) => new(new byte[bytes])
    {
        Headers = { { "Content-Type", "application/offset+octet-stream" }, { "X-Offset", $"{offset}" } },
    };

    /// <summary>A service whose collections <c>press</c> and <c>desk</c> are filled.</summary>
    private sealed class Trial : IDisposable
    {
        private readonly ServeRun _run;
        private readonly HttpClient _press, _desk;
        private readonly string _source;
        private readonly List<string> _others = [], _own = [];
        private readonly ConcurrentQueue<string> _told = [];
        private string _othersUpload = "", _othersSegment = "";
        private StreamReader? _events;

        public Trial(ServeRun run, string press, string desk, string source)
        {
            (_run, _source) = (run, source);
            (_press, _desk) = (Client(press), Client(desk));
        }

        private HttpClient Client(string key) => new()
        {
            BaseAddress = _run.Http.BaseAddress,
            Timeout = TimeSpan.FromMinutes(3),
            DefaultRequestHeaders = { Authorization = new("Bearer", key) },
        };

        /// <summary>
        /// Press has three videos, a transcript and half an upload; desk has two videos, one of them the same file.
        /// </summary>
        public async Task FillAsync()
        {
            _events = new(await _desk.GetStreamAsync("/api/v1/events"));
            foreach (var clip in new[] { 3, 4, 6 })
                _others.Add(await AcceptedAsync(_press, clip, $"{Secret}-{clip}.mp4"));
            using (var created = await SendAsync(_press, HttpMethod.Post, "/api/v1/uploads", null, ("Upload-Length", "9")))
                _othersUpload = created.Headers.Location!.ToString().Split('/', '?')[^2];
            using (var part = await SendAsync(_press, HttpMethod.Patch, $"/api/v1/uploads/{_othersUpload}", Part(0, 4)))
                Assert.Equal(HttpStatusCode.NoContent, part.StatusCode);
            foreach (var clip in new[] { 3, 5 })
                _own.Add(await AcceptedAsync(_desk, clip, $"{clip}.mp4"));
            Assert.Empty(_own.Intersect(_others));
            foreach (var (client, videos) in new[] { (_press, _others), (_desk, _own) })
                foreach (var video in videos)
                    await UntilIndexedAsync(client, video);
            _othersSegment = (await JsonAsync(_press, $"/api/v1/videos/{_others[1]}"))
                .GetProperty("segments")[0].GetProperty("id")
                .GetString()!;
            using var put = await _press.PutAsync($"/api/v1/videos/{_others[1]}/transcript", new ByteArrayContent(Said(Secret)));
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
            Assert.Contains(Secret, await SearchAsync(_press, new { text = Secret, threshold = 0 }), StringComparison.Ordinal);
        }

        /// <summary>What another collection has is answered as what never was.</summary>
        public async Task TryOthersAsync(HttpMethod method, string path, Func<HttpContent>? content = null)
        {
            var isUpload = path.Contains("uploads", StringComparison.Ordinal);
            foreach (var id in isUpload ? [_othersUpload] : _others)
            {
                var never = isUpload ? $"{Guid.NewGuid():N}" : $"{Guid.NewGuid()}";
                Assert.Equal(await AnswerAsync(never), await AnswerAsync(id));
            }

            async Task<(HttpStatusCode, string)> AnswerAsync(string id)
            {
                var place = path.Replace("{id}", id, StringComparison.Ordinal);
                using var response = await SendAsync(_desk, method, place, content?.Invoke());
                Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
                var headers = $"{response.Headers}{response.Content.Headers}".Split('\n')
                    .Where(header => !header.StartsWith("Date", StringComparison.Ordinal));
                return (response.StatusCode, $"{await BodyAsync(response)} {string.Join('\n', headers)}"
                    .Replace(id, "{id}", StringComparison.Ordinal));
            }
        }

        public async Task ListAsync()
        {
            var page = await JsonAsync(_desk, "/api/v1/videos?limit=1000");
            Assert.Equal(_own.Order(), page.GetProperty("videos").EnumerateArray().Select(IdOf).Order());
            Assert.Equal(_own.Count, page.GetProperty("total").GetInt32());
        }

        /// <summary>Press has the file, and desk gives it as if nobody had.</summary>
        public async Task UploadAsync() => _own.Add(await AcceptedAsync(_desk, 4, "mine.mp4"));

        public async Task FetchAsync()
        {
            var fetched = await ServeRun.JsonAsync(
                await _desk.PostAsJsonAsync("/api/v1/videos/url", new { url = $"{_source}/fetched.mp4" }),
                HttpStatusCode.Accepted);
            Assert.False(fetched.GetProperty("known").GetBoolean());
            Assert.EndsWith("?collection=desk", fetched.GetProperty("url").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain(IdOf(fetched), _others);
            _own.Add(IdOf(fetched));
        }

        public async Task CompareCapabilitiesAsync()
        {
            using var other = await SendAsync(_press, HttpMethod.Options, "/api/v1/uploads", null);
            using var own = await SendAsync(_desk, HttpMethod.Options, "/api/v1/uploads", null);
            Assert.Equal(other.Headers.GetValues("Tus-Max-Size"), own.Headers.GetValues("Tus-Max-Size"));
        }

        public async Task BeginAsync()
        {
            using var begun = await SendAsync(_desk, HttpMethod.Post, "/api/v1/uploads", null, ("Upload-Length", "9"));
            Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
            var upload = begun.Headers.Location!.ToString();
            Assert.DoesNotContain(_othersUpload, upload, StringComparison.Ordinal);
            using var asked = await SendAsync(_desk, HttpMethod.Head, upload, null);
            Assert.Equal("0", asked.Headers.GetValues("Upload-Offset").Single());
            using var tried = await SendAsync(_press, HttpMethod.Head, upload.Split('?')[0], null);
            Assert.Equal(HttpStatusCode.NotFound, tried.StatusCode);
        }

        public async Task SearchAsync()
        {
            var image = await File.ReadAllBytesAsync(TestClips.Still(TestClips.Distinct(4, 2), 1));
            foreach (var query in new object[]
            {
                new { text = "a pattern", exhaustive = true, top = 1000, threshold = 0, rank = "moment" },
                new { text = Secret, top = 1000, threshold = 0 },
                new { texts = new[] { new { text = Secret, weight = 1 } }, exhaustive = true, top = 1000, threshold = 0 },
                new { image, exhaustive = true, top = 1000, rank = "moment" },
                new { image, top = 1000 },
            })
                AssertSilent(await SearchAsync(_desk, query), isEmpty: false);
            foreach (var video in _others)
                AssertSilent(
                    await SearchAsync(_desk, new { text = "a pattern", threshold = 0, filter = new { video } }), isEmpty: true);
            var never = $"{Guid.NewGuid()}";
            using var like = await _desk.PostAsJsonAsync("/api/v1/search", new { like = _othersSegment });
            using var none = await _desk.PostAsJsonAsync("/api/v1/search", new { like = never });
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (none.StatusCode, like.StatusCode));
            Assert.Equal((await BodyAsync(none)).Replace(never, _othersSegment, StringComparison.Ordinal), await BodyAsync(like));
        }

        public async Task StatusAsync()
        {
            var segments = 0;
            foreach (var video in _own)
                segments += (await UntilIndexedAsync(_desk, video)).GetProperty("segments").GetArrayLength();
            var status = await JsonAsync(_desk, "/api/v1/status");
            Assert.Equal((_own.Count, 0, segments, "desk"), (status.GetProperty("videos").GetInt32(),
                status.GetProperty("waiting").GetInt32(), status.GetProperty("segments").GetInt32(),
                status.GetProperty("collection").GetString()));
            Assert.False(status.TryGetProperty("disk", out _)); // It tells how much the others have.
        }

        public async Task ModelsAsync() =>
            Assert.False((await JsonAsync(_desk, "/api/v1/models")).TryGetProperty("change", out _));

        /// <summary>What all share is not for the key of one collection.</summary>
        public async Task AssertOfTheServiceAsync(HttpMethod method, string path)
        {
            using var response = await SendAsync(_desk, method, path, JsonContent.Create(new { name = "tiny" }));
            Assert.Equal("collection", await ServeRun.ProblemAsync(response, HttpStatusCode.Forbidden));
        }

        /// <summary>Others' changes come before an own one, until which all that was told is looked at.</summary>
        public async Task EventsAsync()
        {
            using var described = await _press.PatchAsJsonAsync($"/api/v1/videos/{_others[0]}", new { title = Secret });
            using var removed = await _press.DeleteAsync($"/api/v1/videos/{_others[2]}");
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NoContent), (described.StatusCode, removed.StatusCode));
            using var own = await _desk.PatchAsJsonAsync($"/api/v1/videos/{_own[0]}", new { title = "the last one" });
            Assert.Equal(HttpStatusCode.OK, own.StatusCode);
            string line;
            do
                _told.Enqueue(line = await _events!.ReadLineAsync() ?? throw new InvalidOperationException("the events ended"));
            while (!line.Contains("the last one", StringComparison.Ordinal));
            AssertSilent(string.Join('\n', _told), isEmpty: false);
            Assert.All(_own, video => Assert.Contains(_told, said => said.Contains(video, StringComparison.Ordinal)));
        }

        /// <summary>Naming the other collection opens nothing, however it is named.</summary>
        public async Task AssertRefusedByNameAsync(string operation)
        {
            var (method, path) = (new HttpMethod(operation.Split(' ')[0].ToUpperInvariant()), operation.Split(' ')[1]);
            var place = path.Replace("{id}", path.Contains("uploads", StringComparison.Ordinal) ? _othersUpload : _others[0],
                StringComparison.Ordinal);
            using var query = await SendAsync(_desk, method, $"{place}?collection=press", null);
            using var header = await SendAsync(_desk, method, place, null, ("Tcmgc-Collection", "press"));
            foreach (var response in new[] { query, header })
            {
                Assert.Equal((operation, HttpStatusCode.Forbidden), (operation, response.StatusCode));
                if (method != HttpMethod.Head)
                    Assert.Contains("urn:tcmgc:problem:collection", await BodyAsync(response), StringComparison.Ordinal);
            }
        }

        /// <summary>Nothing that was tried has changed what the other collection has.</summary>
        public async Task AssertUntouchedAsync()
        {
            var listed = await JsonAsync(_press, "/api/v1/videos");
            Assert.Equal(_others[..2].Order(), listed.GetProperty("videos").EnumerateArray().Select(IdOf).Order());
            Assert.Contains(
                Secret, await _press.GetStringAsync($"/api/v1/videos/{_others[1]}/transcript"), StringComparison.Ordinal);
            using var upload = await SendAsync(_press, HttpMethod.Head, $"/api/v1/uploads/{_othersUpload}", null);
            Assert.Equal("4", upload.Headers.GetValues("Upload-Offset").Single());
            var clip = await File.ReadAllBytesAsync(TestClips.Distinct(3, 2));
            foreach (var (client, video) in new[] { (_press, _others[0]), (_desk, _own[0]) })
            {
                var entry = await JsonAsync(client, $"/api/v1/videos/{video}");
                Assert.Equal(clip, await client.GetByteArrayAsync(entry.GetProperty("stream").GetString()));
            }
        }

        public void Dispose()
        {
            _events?.Dispose();
            _press.Dispose();
            _desk.Dispose();
        }

        private void AssertSilent(string said, bool isEmpty)
        {
            Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
            Assert.All(_others, video => Assert.DoesNotContain(video, said, StringComparison.Ordinal));
            Assert.Equal(isEmpty, !_own.Exists(video => said.Contains(video, StringComparison.Ordinal)));
        }

        private static async Task<string> AcceptedAsync(HttpClient client, int clip, string name)
        {
            using var content = new ByteArrayContent(await File.ReadAllBytesAsync(TestClips.Distinct(clip, 2)));
            var accepted = await ServeRun.JsonAsync(
                await client.PostAsync($"/api/v1/videos?name={name}", content), HttpStatusCode.Accepted);
            Assert.False(accepted.GetProperty("known").GetBoolean());
            return IdOf(accepted);
        }

        private static async Task<JsonElement> UntilIndexedAsync(HttpClient client, string video)
        {
            while (true)
                if (await JsonAsync(client, $"/api/v1/videos/{video}") is var entry
                    && entry.GetProperty("state").GetString() == "indexed")
                    return entry;
                else
                    await Task.Delay(50);
        }

        private static async Task<string> SearchAsync(HttpClient client, object query) =>
            $"{await ServeRun.JsonAsync(await client.PostAsJsonAsync("/api/v1/search", query))}";

        private static async Task<JsonElement> JsonAsync(HttpClient client, string path) =>
            await ServeRun.JsonAsync(await client.GetAsync(path));

        private static string IdOf(JsonElement video) => video.GetProperty("id").GetString()!;

        /// <summary>The body but for the id by which the service's own log knows the request.</summary>
        private static async Task<string> BodyAsync(HttpResponseMessage response) =>
            TraceId().Replace(await response.Content.ReadAsStringAsync(), "");

        private static async Task<HttpResponseMessage> SendAsync(
            HttpClient client, HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.Add("Tus-Resumable", "1.0.0");
            if (content?.Headers.TryGetValues("X-Offset", out var offset) is true)
                request.Headers.Add("Upload-Offset", offset);
            foreach (var (name, value) in headers)
                request.Headers.Add(name, value);
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
    }
}
