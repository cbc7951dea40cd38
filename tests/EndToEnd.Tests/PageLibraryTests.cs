using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Stores;

namespace TcMgc.EndToEnd.Tests;

/// <summary>A large library on the page, used as a person uses it.</summary>
public sealed class PageLibraryTests(Workplace place) : IClassFixture<Workplace>
{
    private const int Videos = 2000, EachFailed = 100, MostCards = 60;
    private static readonly DateTimeOffset s_first = new(2024, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [BrowserFact]
    public async Task Thousands_of_videos_are_scrolled_ordered_narrowed_changed_tagged_and_removed()
    {
        var data = place.New("data");
        await FillAsync(data);
        using var run = await ServeRun.StartAsync(place, data);
        await using var browser = await PageBrowser.OpenAsync(run);
        var (page, keys) = (browser.Page, browser.Page.Keyboard);
        var (cards, status) = (page.Locator(".video[data-id]"), page.Locator("#status"));
        await Assertions.Expect(cards.First.Locator(".name")).ToHaveTextAsync("clip 1999.mp4");
        await Assertions.Expect(status).ToHaveTextAsync("1,980 videos searchable");
        await Assertions.Expect(cards.First.Locator(".facts")).ToHaveTextAsync(new Regex("^Added .*2024$"));
        await Assertions.Expect(cards.First.Locator(".time")).ToHaveTextAsync("0:19");
        await browser.HasNoBarrierAsync();

        // Few cards are there; the last video is, once it is scrolled to.
        Assert.InRange(await cards.CountAsync(), 1, MostCards);
        await page.EvaluateAsync("() => scrollTo(0, document.documentElement.scrollHeight)");
        await Assertions.Expect(cards.Last.Locator(".name")).ToHaveTextAsync("clip 0.mp4");
        await Assertions.Expect(cards.Last).ToHaveAttributeAsync("aria-posinset", $"{Videos}");
        Assert.InRange(await cards.CountAsync(), 1, MostCards);

        // What another client does is seen at once, and its own place is found.
        await cards.Last.Locator(".open").FocusAsync();
        await run.Http.PatchAsJsonAsync(
            $"/api/v1/videos/{Id(0)}", new { title = "The very first", tags = new[] { "sea", "old" } });
        await Assertions.Expect(cards.Last.Locator(".name")).ToHaveTextAsync("The very first");
        await Assertions.Expect(cards.Last.Locator(".tag")).ToHaveTextAsync(["sea", "old"]);
        await Assertions.Expect(cards.Last.Locator(".open")).ToBeFocusedAsync();

        // A tag leads to the videos that have it, and Back leads back.
        await cards.Last.Locator(".tag").First.ClickAsync();
        await Assertions.Expect(status).ToHaveTextAsync("50 of 2,000 videos");
        await Assertions.Expect(page.GetByLabel("Tags, all of")).ToHaveValueAsync("sea");
        Assert.EndsWith("?tags=sea", page.Url, StringComparison.Ordinal);
        await page.Locator("#sort").SelectOptionAsync("name-asc");
        await Assertions.Expect(cards.First.Locator(".name")).ToHaveTextAsync("clip 40.mp4");
        Assert.EndsWith("?tags=sea&sort=name-asc", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync();
        await Assertions.Expect(cards.First.Locator(".name")).ToHaveTextAsync("clip 40.mp4");
        await page.GoBackAsync();
        await Assertions.Expect(cards.First.Locator(".name")).ToHaveTextAsync("clip 1960.mp4");
        await page.GoBackAsync();
        await Assertions.Expect(status).ToHaveTextAsync("1,980 videos searchable");
        await page.Locator("[data-kind=failed]").ClickAsync();
        await Assertions.Expect(cards.First).ToHaveAttributeAsync("aria-setsize", $"{Videos / EachFailed}");
        await Assertions.Expect(cards.First.Locator(".failure"))
            .ToHaveTextAsync("No frames can be taken from it: is not a video.");
        await page.GoBackAsync();
        await page.Locator("#sort").SelectOptionAsync("recorded-asc");
        await Assertions.Expect(cards.First.Locator(".name")).ToHaveTextAsync("clip 77.mp4");
        await page.GoBackAsync();

        // Title and tags are changed in the card.
        await page.Locator("#filter").ClickAsync();
        await page.GetByLabel("Title, file name or tag").FillAsync("clip 77");
        await Assertions.Expect(cards).ToHaveCountAsync(11);
        await page.GetByRole(AriaRole.Button, new() { Name = "Title and tags of clip 77.mp4" }).ClickAsync();
        await page.GetByLabel("Title of clip 77.mp4").FillAsync("Clip 77 at the lake");
        await page.GetByLabel("Tags of clip 77.mp4").FillAsync("lake, sun");
        await browser.HasNoBarrierAsync();
        await keys.PressAsync("Enter");
        var changed = cards.Filter(new() { HasText = "Clip 77 at the lake" });
        await Assertions.Expect(changed.Locator(".facts")).ToHaveTextAsync(new Regex("^Recorded .*2019$"));
        await Assertions.Expect(changed.Locator(".tag")).ToHaveTextAsync(["lake", "sun"]);
        await Assertions.Expect(changed.Locator("button.edit")).ToBeFocusedAsync();
        var tags = (await VideoAsync(run, 77)).GetProperty("tags").EnumerateArray();
        Assert.Equal(["lake", "sun"], tags.Select(tag => tag.GetString()));

        // Several at once: by keyboard and by mouse.
        await cards.First.Locator(".open").FocusAsync();
        await keys.PressAsync("x");
        await keys.PressAsync("Shift+ArrowRight");
        await keys.PressAsync("Shift+ArrowRight");
        await Assertions.Expect(page.Locator("#selection-count")).ToHaveTextAsync("3 selected");
        await cards.Nth(5).Locator(".open").ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(page.Locator("#selection-count")).ToHaveTextAsync("6 selected");
        await cards.Nth(1).Locator(".pick").UncheckAsync();
        await page.GetByLabel("Tags, with commas between").FillAsync("kept, sun");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#selection-told")).ToHaveTextAsync("5 videos tagged.");
        await Assertions.Expect(page.Locator(".tag", new() { HasTextString = "kept" })).ToHaveCountAsync(5);
        await browser.HasNoBarrierAsync();
        await page.GetByLabel("Tags, with commas between").FillAsync("SUN");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take away" }).ClickAsync();
        await Assertions.Expect(page.Locator("#selection-told")).ToHaveTextAsync("5 videos untagged.");
        await Assertions.Expect(page.Locator(".tag", new() { HasTextString = "sun" })).ToHaveCountAsync(1); // That of clip 77.
        await page.Locator("#selection-remove").ClickAsync();
        await Assertions.Expect(page.Locator("#sure-title")).ToHaveTextAsync("Remove 5 videos?");
        await page.Locator("#sure button[value=no]").ClickAsync();
        await page.Locator("#selection-remove").ClickAsync();
        await page.Locator("#sure button[value=yes]").ClickAsync();
        await Assertions.Expect(cards).ToHaveCountAsync(6);
        await Assertions.Expect(page.Locator("#selection")).ToBeHiddenAsync();
        await Assertions.Expect(status).ToHaveTextAsync("6 of 1,995 videos");

        await EndlessAsync(run, browser);
        await JudgedAsync(browser);
        await FullAsync(browser);
        Assert.All(browser.Complaints, text => Assert.Contains("410 (Gone)", text, StringComparison.Ordinal)); // No originals.
        await AddressesAsync(run, browser);
        await UnderWayAsync(browser);
        Assert.All(browser.Complaints, text => Assert.Matches("410 [(]Gone[)]|of 40[04] ", text)); // Nor all that is asked for.
    }

    /// <summary>
    /// Results go on as far as there are any, each once, also where a further one ranks before those that are shown.
    /// </summary>
    private static async Task EndlessAsync(ServeRun run, PageBrowser browser)
    {
        var (page, moments) = (browser.Page, browser.Page.Locator("#moments > .moment"));
        var asked = new List<int>();
        await page.RouteAsync("**/api/v1/search", route =>
        {
            var top = JsonDocument.Parse(route.Request.PostData!).RootElement.GetProperty("top").GetInt32();
            asked.Add(top);
            IEnumerable<int> ranked = Enumerable.Range(100, 60);
            if (top > 24)
                ranked = ranked.Take(3).Append(500).Concat(ranked.Skip(3));
            return route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = JsonSerializer.Serialize(new
                {
                    results = ranked.Take(top).Select(at => Result(at)),
                    scored = 61,
                    elapsed = "00:00:00.01",
                    weaker = 0,
                    more = top < 61,
                }),
            });
        });
        var (status, text) = (page.Locator("#status"), $"a lake {new string('x', 1900)}");
        await page.Locator("#text").FillAsync(text);
        await Assertions.Expect(moments).ToHaveCountAsync(24);
        await Assertions.Expect(status)
            .ToHaveTextAsync(
                $"24 segments in the first 24 videos for “{text[..80]}…”, the best first · 61 segments compared in 10 ms");
        await Assertions.Expect(moments.First.Locator(".name")).ToHaveTextAsync("Video 100");
        await browser.HasNoBarrierAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "More results" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(moments).ToHaveCountAsync(48);
        await page.EvaluateAsync("() => scrollTo(0, document.documentElement.scrollHeight)");
        await Assertions.Expect(moments).ToHaveCountAsync(61);
        await Assertions.Expect(page.Locator("#more")).ToBeHiddenAsync();
        await Assertions.Expect(moments.Locator(".name"))
            .ToHaveTextAsync(
                [.. Enumerable.Range(100, 24).Append(500).Concat(Enumerable.Range(124, 36)).Select(at => $"Video {at}")]);
        Assert.Equal([24, 48, 96], asked);

        // One that somebody removes is taken out.
        await Assertions.Expect(status).ToContainTextAsync("61 segments in 61 videos for");
        await run.Http.DeleteAsync($"/api/v1/videos/{Id(101)}");
        await Assertions.Expect(moments.Locator(".name").Nth(1)).ToHaveTextAsync("Video 102");
        await Assertions.Expect(status).ToContainTextAsync("60 segments in 60 videos for");
        await page.Locator("#text").FillAsync("");

        await page.UnrouteAsync("**/api/v1/search");
    }

    /// <summary>A card says how sure the picture is, and which words are there; these alone where it would not do.</summary>
    private static async Task JudgedAsync(PageBrowser browser)
    {
        var (page, words) = (browser.Page, new[] { new { start = 2, length = 6 } });
        var said = new[] { new { start = 0, end = 2, text = "a yellow taxi", words } };
        var named = new[] { new { text = "a yellow", words } };
        var isMostly = false;
        var (strong, none) = (new { probability = 0.96, band = "strong" }, new { probability = 0.004, band = "weak" });
        await page.RouteAsync("**/api/v1/search", route =>
        {
            var isWeak = JsonDocument.Parse(route.Request.PostData!).RootElement.TryGetProperty("threshold", out _);
            return route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = JsonSerializer.Serialize(new
                {
                    results = (object[])
                    [
                        Result(1, strong, said), Result(2, strong, named: named), Result(3, none, said, named),
                        Result(4, none, said), Result(5, none, named: named), Result(6, unfamiliar: true),
                        .. isMostly ? [Result(7)] : Array.Empty<object>(),
                    ],
                    scored = isWeak ? 2 : 1,
                    elapsed = "00:00:00.01",
                    threshold = isWeak ? 0 : 0.5,
                    weaker = 1,
                }),
            });
        });
        await page.Locator("#text").FillAsync("a yellow ring");
        var labels = page.Locator("#moments > .moment > .facts");
        string[] told =
        [
            "strong · 96 % Said: yellow", "strong · 96 % Named: yellow", "Said: yellow Named: yellow", "Said: yellow",
            "Named: yellow", "No. 6 Unfamiliar",
        ];
        await Assertions.Expect(labels).ToHaveTextAsync(told);
        var status = page.Locator("#status");
        await Assertions.Expect(status).ToContainTextAsync("6 segments in 6 videos for “a yellow ring”, the best first");
        await Assertions.Expect(page.Locator("#unjudged")).ToHaveTextAsync(new Regex("^1 result is unlike .*: the order is its"));
        await browser.HasNoBarrierAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show weaker results" }).ClickAsync();
        await Assertions.Expect(status).ToContainTextAsync("2 segments compared");
        await Assertions.Expect(labels).ToHaveTextAsync(told);

        // Where most is unfamiliar, what the model knows has no confidence either, and is not called unfamiliar.
        isMostly = true;
        await page.Locator("#text").FillAsync("a yellow");
        await Assertions.Expect(labels).ToHaveTextAsync([.. told, "No. 7"]);
        await Assertions.Expect(page.Locator("#unjudged")).ToHaveTextAsync(new Regex("^Most of what is found is unlike "));
        await page.UnrouteAsync("**/api/v1/search");
        await page.Locator("#text").FillAsync("");
    }

    /// <summary>An answer has a few moments of each video: where it is full of them, there may be more.</summary>
    private static async Task FullAsync(PageBrowser browser)
    {
        var page = browser.Page;
        var confidence = new { probability = 0.96, band = "strong" };
        await page.RouteAsync("**/api/v1/search", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = JsonSerializer.Serialize(new
            {
                results = new[] { Result(1, confidence, segments: 4), Result(2, confidence) },
                scored = 9,
                elapsed = "00:00:00.01",
                threshold = 0.5,
                weaker = 0,
            }),
        }));
        await page.Locator("#text").FillAsync("a ring");
        await Assertions.Expect(page.Locator("#status"))
            .ToHaveTextAsync("At least 5 moments in 2 videos for “a ring” · 9 segments compared in 10 ms");
        await page.UnrouteAsync("**/api/v1/search");
    }

    /// <summary>An address may ask for what the library has none of: what is said of that is true from the first.</summary>
    private static async Task AddressesAsync(ServeRun run, PageBrowser browser)
    {
        var (page, state) = (browser.Page, browser.Page.Locator("#results-state"));
        await page.GotoAsync($"{run.Http.BaseAddress}?q=a+ring&name=nowhere");
        await Assertions.Expect(state).ToContainTextAsync("No moment of the videos that the filters leave is near it.");
        await state.GetByRole(AriaRole.Button, new() { Name = "Without filters" }).ClickAsync();
        await Assertions.Expect(state).ToContainTextAsync("searchable videos is near it");
        foreach (var like in new[] { "00000000-0000-0000-0000-000000000000", "nothing" })
        {
            await page.GotoAsync($"{run.Http.BaseAddress}?like={like}&of={Id(1).Value}&at=1");
            await Assertions.Expect(state).ToContainTextAsync("The moment that this address names is not here any more.");
        }
    }

    private static object Result(
        int at, object? confidence = null, object? said = null, object? named = null, bool unfamiliar = false,
        int segments = 1) => new
        {
            video = Id(at).Value,
            name = $"clip {at}.mp4",
            title = $"Video {at}",
            source = $"/api/v1/videos/{Id(at)}/stream",
            duration = 20,
            named,
            segments = Enumerable.Range(0, segments).Select(segment => new
            {
                segment = Id((1000 * segment) + at).Value,
                start = 0,
                end = 10,
                moment = 5,
                score = 1,
                confidence,
                said,
                unfamiliar,
            }),
        };

    /// <summary>A page that is opened while a video is decoded shows at once how far that is.</summary>
    private static async Task UnderWayAsync(PageBrowser browser)
    {
        var page = browser.Page;
        await page.RouteAsync("**/api/v1/events", route => route.FulfillAsync(new()
        {
            ContentType = "text/event-stream",
            Body = $$"""
                event: ready
                data: ""

                event: progress
                data: {"id": "{{Id(0)}}", "stage": "decode", "percent": 42}


                """,
        }));
        await page.RouteAsync("**/api/v1/videos?*", route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = $$"""
                {
                  "videos": [{
                    "id": "{{Id(0)}}", "name": "trip.mp4", "state": "uploaded", "uploadedAt": "2024-01-01T12:00:00Z",
                    "bytes": 1000, "tags": [], "stream": "-", "stages": [{ "name": "decode", "state": "waiting" }]
                  }],
                  "total": 1,
                  "states": { "uploaded": 3, "decoded": 0, "failed": 0, "indexed": 0 }
                }
                """,
        }));

        await page.GotoAsync(page.Url.Split('?')[0]);
        await Assertions.Expect(page.Locator(".stages [data-state=current]"))
            .ToHaveAttributeAsync("style", new Regex("--share: ?0.42"));
        await page.Locator("#status-open").ClickAsync();
        await Assertions.Expect(page.Locator("#status-stages li")).ToHaveTextAsync(
            ["2Waiting", "1Frames are taken", "0Frames are there", "0Being indexed", "0Searchable", "0Failed"]);
        await Assertions.Expect(page.Locator("#under-way-list li")).ToContainTextAsync("Frames are taken, 42 %");
        await browser.HasNoBarrierAsync();
    }

    private static async Task<JsonElement> VideoAsync(ServeRun run, int at) =>
        await ServeRun.JsonAsync(await run.Http.GetAsync($"/api/v1/videos/{Id(at)}"));

    private static VideoId Id(int at) => VideoId.FromSha256(Sha(at));

    private static byte[] Sha(int at) => [.. BitConverter.GetBytes(at), .. new byte[28]];

    /// <summary>Videos as if they had been indexed: what the catalog knows of them, and nothing else.</summary>
    private static async Task FillAsync(string data)
    {
        using var folder = await DataFolder.OpenAsync(data, TimeProvider.System, CancellationToken.None);
        await folder.Catalog.ApplyAsync([.. Enumerable.Range(0, Videos).SelectMany(Events)], CancellationToken.None);

        static IEnumerable<VideoEvent> Events(int at)
        {
            var upload = new VideoUploaded
            {
                VideoId = Id(at),
                Time = s_first.AddMinutes(at),
                FileName = $"clip {at}.mp4",
                Sha256 = Convert.ToHexStringLower(Sha(at)),
                Bytes = 1000,
                Source = $"originals/{Convert.ToHexStringLower(Sha(at))}",
            };
            yield return upload;
            if (at % EachFailed == 50)
                yield return new VideoFailed
                {
                    VideoId = upload.VideoId,
                    UploadId = upload.EventId,
                    Time = upload.Time,
                    Stage = Stages.Decode,
                    Reason = "is not a video",
                };
            else
            {
                yield return new VideoDecoded
                {
                    VideoId = upload.VideoId,
                    UploadId = upload.EventId,
                    Time = upload.Time,
                    FramePack = "none",
                    Frames = 20,
                    Duration = 10 + (at % 10),
                    RecordedAt = at == 77 ? s_first.AddYears(-5) : null,
                    Width = 320,
                    Height = 240,
                    Elapsed = 1,
                };
                yield return new VideoIndexed
                {
                    VideoId = upload.VideoId,
                    UploadId = upload.EventId,
                    Time = upload.Time,
                    ModelId = "none",
                    Segments = 2,
                    Frames = 20,
                    Elapsed = 1,
                };
            }
            if (at % 40 == 0)
                yield return new VideoDescribed
                {
                    VideoId = upload.VideoId,
                    UploadId = upload.EventId,
                    Time = upload.Time,
                    Tags = at == 0 ? null : ["sea"],
                };
        }
    }
}
