using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.EndToEnd.Tests;

namespace TcMgc.Search.Tests.Api;

/// <summary>Whatever a request holds, its answer is clear, and never that the service failed.</summary>
public sealed class BadInputTests(BadInputTests.Asked asked) : IClassFixture<BadInputTests.Asked>
{
    private readonly HostedApi _api = asked.Api;

    /// <summary>A service with three videos, whose titles and tags tests may change.</summary>
    public sealed class Asked : IAsyncLifetime
    {
        private readonly TinyModel _model = new();

        internal HostedApi Api { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Api = await HostedApi.StartAsync(_model.Model, videos: 3);

        public async ValueTask DisposeAsync()
        {
            await Api.DisposeAsync();
            _model.Dispose();
        }
    }

    private (int Status, string? Type, string Body) Search(string json) =>
        _api.Send(HttpMethod.Post, "/api/v1/search", Encoding.UTF8.GetBytes(json));

    private (int Status, string? Type, string Body) SearchImage(byte[] image, int top = 10) =>
        Search(JsonSerializer.Serialize(new { image, top }));

    [Fact]
    public void Any_json_is_answered_clearly()
    {
        Prop.ForAll(AnyJson.Values.ToArbitrary(), json => HostedApi.AssertClear(Search(json), json)).QuickCheckThrowOnFailure();
        Prop.ForAll(AnyJson.Objects.ToArbitrary(), json =>
        {
            HostedApi.AssertClear(Search(json), json);
            HostedApi.AssertClear(_api.Send(HttpMethod.Patch, $"/api/v1/videos/{_api.Videos[0]}", Encoding.UTF8.GetBytes(json)),
                json);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void A_query_with_one_odd_member_is_answered_clearly() => Prop.ForAll(
        (from name in Gen.Elements("texts", "image", "like", "filter", "top", "offset", "segmentsEach", "exhaustive", "explain",
            "rank")
         from value in AnyJson.Values
         select $$"""{"text":"a red ball","{{name}}":{{value}}}""").ToArbitrary(),
        json => HostedApi.AssertClear(Search(json), json)).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Property]
    public Property Any_text_is_answered_clearly() => Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
    {
        var answer = Search(JsonSerializer.Serialize(new { text, explain = true }));
        Assert.Equal(string.IsNullOrWhiteSpace(text) || text.Length > 2000 ? 400 : 200, answer.Status);
    });

    [Property]
    public Property Any_bytes_are_answered_clearly() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        HostedApi.AssertClear(_api.Send(HttpMethod.Post, "/api/v1/search", bytes), Convert.ToHexString(bytes));
        HostedApi.AssertClear(_api.Send(HttpMethod.Patch, $"/api/v1/videos/{_api.Videos[0]}", bytes, "text/plain"),
            Convert.ToHexString(bytes));
    });

    [Property]
    public Property Any_path_and_number_is_answered_clearly() => Prop.ForAll(
        ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<double>(), ArbMap.Default.ArbFor<int>(), (name, real, number) =>
        {
            // A null character in a path is refused before the service sees it.
            var (part, time) = (Uri.EscapeDataString((name ?? ".").Replace('\0', '.')),
                real.ToString(CultureInfo.InvariantCulture));
            foreach (var path in (string[])[$"/api/v1/videos/{part}", $"/api/v1/videos/{part}/stream",
                $"/api/v1/videos?limit={number}&sort={part}&minDuration={time}", $"/api/v1/videos?cursor={part}&state={number}",
                $"/api/v1/videos?name={part}&tags={part}&maxDuration={time}",
                $"/api/v1/videos/{_api.Videos[0]}/thumbnail?time={time}&width={number}",
                $"/api/v1/videos/{_api.Videos[0]}/{part}", $"/api/v1/{part}", $"/page/{part}"])
                if (_api.Send(HttpMethod.Get, path) is { Status: not 410 } answer)
                    HostedApi.AssertClear(answer, path);
        });

    [Theory]
    [InlineData("""{"text":""}""", "text-empty")]
    [InlineData("""{"text":" \u2003\n"}""", "text-empty")]
    [InlineData("{}", "text-empty")]
    [InlineData("""{"text":"a","texts":[{"text":"b"}]}""", "ambiguous")]
    [InlineData("""{"text":"a","image":"iVBORw0KGgo="}""", "ambiguous")]
    [InlineData("""{"image":"iVBORw0KGgo=","like":"00000000-0000-0000-0000-000000000000"}""", "ambiguous")]
    [InlineData("""{"texts":[{"text":"a"}],"image":"","top":5}""", "ambiguous")]
    [InlineData("""{"image":null}""", "text-empty")]
    [InlineData("""{"image":""}""", "image-unreadable")]
    [InlineData("""{"image":"iVBORw0KGgo="}""", "image-unreadable")]
    [InlineData("""{"image":"iVBORw0KGgo"}""", "request")]
    [InlineData("""{"image":"data:image/png;base64,iVBORw0KGgo="}""", "request")]
    [InlineData("""{"image":[137,80,78,71]}""", "request")]
    [InlineData("""{"image":"iVBORw0KGgo=","top":0}""", "out-of-range")]
    [InlineData("""{"texts":[]}""", "texts")]
    [InlineData("""{"texts":[null]}""", "text-empty")]
    [InlineData("""{"text":"a","top":0}""", "out-of-range")]
    [InlineData("""{"text":"a","offset":1001}""", "out-of-range")]
    [InlineData("""{"text":"a","segmentsEach":101}""", "out-of-range")]
    [InlineData("""{"text":"a","filter":{"minDuration":-1}}""", "out-of-range")]
    [InlineData("""{"text":"a","filter":{"maxDuration":-1}}""", "out-of-range")]
    [InlineData("""{"text":"a","threshold":"NaN"}""", "request")]
    [InlineData("""{"text":"a","top":"ten"}""", "request")]
    [InlineData("""{"text":"a","top":1e400}""", "request")]
    [InlineData("""{"text":["a"]}""", "request")]
    [InlineData("""{"text":"a","filter":null}""", "request")]
    [InlineData("""{"text":"a","unknown":1}""", "request")]
    [InlineData("""{"text":"a","filter":{"colour":"red"}}""", "request")]
    [InlineData("""{"text":"\ud83c"}""", "request")]
    [InlineData("""{"text":"a",}""", "request")]
    [InlineData("null", "request")]
    [InlineData("", "request")]
    public void What_is_wrong_with_a_query_is_told(string json, string kind) => HostedApi.AssertProblem(400, kind, Search(json));

    [Fact]
    public void A_text_that_is_too_long_and_a_body_that_is_too_large_are_refused()
    {
        HostedApi.AssertProblem(400, "text-too-long", Search(JsonSerializer.Serialize(new { text = new string('a', 2001) })));
        HostedApi.AssertProblem(413, "request", Search(JsonSerializer.Serialize(new { text = new string('a', 33 << 20) })));
        HostedApi.AssertProblem(415, "request",
            _api.Send(HttpMethod.Post, "/api/v1/search", "text=a"u8.ToArray(), "application/x-www-form-urlencoded"));
        HostedApi.AssertProblem(400, "request", Search(string.Concat(Enumerable.Repeat("""{"filter":""", 1000))));
    }

    [Fact]
    public void What_lies_past_the_end_is_an_empty_page()
    {
        Assert.Contains("\"results\":[]", Search("""{"text":"a","offset":1000}""").Body, StringComparison.Ordinal);
        Assert.Contains("\"videos\":[]", _api.Send(HttpMethod.Get, "/api/v1/videos?name=nothing").Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "out-of-range")]
    [InlineData("limit=1001", "out-of-range")]
    [InlineData("limit=99999999999", "request")]
    [InlineData("minDuration=-1", "out-of-range")]
    [InlineData("maxDuration=NaN", "out-of-range")]
    [InlineData("sort=size", "out-of-range")]
    [InlineData("sort=7", "out-of-range")]
    [InlineData("order=7", "out-of-range")]
    [InlineData("state=deleted", "out-of-range")]
    [InlineData("state=indexed&state=9", "out-of-range")]
    [InlineData("uploadedFrom=yesterday", "request")]
    [InlineData("cursor=", "cursor")]
    [InlineData("cursor=aGVsbG8", "cursor")]
    [InlineData("cursor=%F0%9F%92%A9", "cursor")]
    public void What_is_wrong_with_a_list_is_told(string parameters, string kind) =>
        HostedApi.AssertProblem(400, kind, _api.Send(HttpMethod.Get, $"/api/v1/videos?{parameters}"));

    [Fact]
    public void What_no_endpoint_answers_is_a_problem_too()
    {
        HostedApi.AssertProblem(404, "not-found", _api.Send(HttpMethod.Get, "/api/nothing"));
        HostedApi.AssertProblem(405, "method", _api.Send(HttpMethod.Put, "/api/v1/search", []));
        HostedApi.AssertProblem(404, "video-not-found", _api.Send(HttpMethod.Get, "/api/v1/videos/%01%E2%80%AE"));
    }

    [Fact]
    public void An_image_bomb_is_refused_without_being_unpacked()
    {
        var bomb = Path.Combine(TestClips.Folder, "bomb.png");
        HugeFrames.WriteImage(bomb, 30_000);

        var answer = SearchImage(File.ReadAllBytes(bomb));

        HostedApi.AssertProblem(400, "image-unreadable", answer);
        Assert.Contains("30000x30000 frame is larger than the limit", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_image_is_refused()
    {
        HostedApi.AssertProblem(400, "image-unreadable", SearchImage([]));
        HostedApi.AssertProblem(400, "image-unreadable",
            SearchImage("<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"u8.ToArray()));
        HostedApi.AssertProblem(400, "image-unreadable", SearchImage("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"u8.ToArray()));
        HostedApi.AssertProblem(400, "image-unreadable", SearchImage("ffconcat version 1.0\nfile /etc/passwd\n"u8.ToArray()));
        HostedApi.AssertProblem(413, "image-too-large", SearchImage(new byte[(16 << 20) + 1]));
        HostedApi.AssertProblem(413, "request", SearchImage(new byte[25 << 20]));
    }

    [Fact]
    public void A_damaged_picture_is_answered_clearly_wherever_it_breaks_off()
    {
        var jpeg = File.ReadAllBytes(TestClips.Make("damaged", ".jpg", ["-i", TestClips.Distinct(3, 1), "-frames:v", "1"]));

        HostedApi.AssertProblem(400, "image-unreadable", SearchImage(jpeg[..20]));
        Prop.ForAll(Gen.Choose(0, jpeg.Length).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(), (length, value) =>
        {
            byte[] damaged = [.. jpeg[..length], (byte)value];
            HostedApi.AssertClear(SearchImage(damaged), $"{length} bytes and {value}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(15));
    }

    [Fact]
    public void A_picture_that_is_a_page_and_an_archive_too_is_a_picture_only()
    {
        var gif = File.ReadAllBytes(TestClips.Make("polyglot", ".gif", ["-i", TestClips.Distinct(3, 1), "-frames:v", "1"]));

        var answer = SearchImage([.. gif, .. "/*<script>alert(1)</script>PK\x03\x04*/"u8]);

        Assert.Equal((200, "application/json"), (answer.Status, answer.Type));
        Assert.Contains("\"results\":[{", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_video_that_is_deleted_while_it_is_searched_goes_from_the_answers()
    {
        var alone = new Asked();
        await alone.InitializeAsync();
        await using var _ = alone;
        var api = alone.Api;
        (int Status, string? Type, string Body) Ask(string json) =>
            api.Send(HttpMethod.Post, "/api/v1/search", Encoding.UTF8.GetBytes(json));
        using var stop = new CancellationTokenSource();
        var searches = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var asked = 0;
            for (; !stop.IsCancellationRequested; asked++)
                Assert.Equal(200, Ask("""{"text":"a red ball","explain":true}""").Status);
            return asked;
        })).ToList();

        foreach (var video in api.Videos)
        {
            Assert.Equal(204, api.Send(HttpMethod.Delete, $"/api/v1/videos/{video}").Status);
            Assert.DoesNotContain(video.ToString(), Ask("""{"text":"a red ball"}""").Body, StringComparison.Ordinal);
            HostedApi.AssertProblem(404, "video-not-found", api.Send(HttpMethod.Get, $"/api/v1/videos/{video}"));
        }
        await stop.CancelAsync();

        Assert.All(await Task.WhenAll(searches), asked => Assert.True(asked > 0));
        Assert.Contains("\"results\":[]", Ask("""{"text":"a red ball"}""").Body, StringComparison.Ordinal);
    }
}
