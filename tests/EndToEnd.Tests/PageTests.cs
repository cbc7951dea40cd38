using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The page that <c>tcmgc serve</c> shows, used as a person uses it.</summary>
public sealed partial class PageTests(Workplace place) : IClassFixture<Workplace>
{
    private const string Sentence = "a blue circle and an orange diamond";

    /// <summary>The model that ships: calibrated, so that it hides weak results.</summary>
    private static readonly string s_tiny = $"Model={Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny")}";

    private static readonly FilePayload s_notes = new()
    {
        Name = "notes.mp4",
        MimeType = "video/mp4",
        Buffer = "no video"u8.ToArray()
    };

    [Fact]
    public async Task The_page_is_served_whole_under_a_policy_and_names_no_other_host()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        using var answer = await run.Http.GetAsync("/");
        var page = await answer.Content.ReadAsStringAsync();

        Assert.StartsWith(
            "default-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        List<string> parts = [.. PartName().Matches(page).Select(match => match.Value).Distinct()], read = [];
        for (var at = 0; at < parts.Count; at++)
        {
            using var part = await run.Http.GetAsync($"/{parts[at]}");
            Assert.True(part.StatusCode == HttpStatusCode.OK, parts[at]);
            read.Add(await part.Content.ReadAsStringAsync());
            parts.AddRange(Import().Matches(read[^1]).Select(match => $"page/{match.Groups[1].Value}").Except(parts));
        }
        Assert.Contains("page/player.js", parts);
        Assert.All(read.Append(page), text => Assert.DoesNotMatch("https?://(?!www.w3.org/2000/svg)", text));

        using var again = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await run.Http.SendAsync(again)).StatusCode);
        Assert.Equal(
            "page-not-found", await ServeRun.ProblemAsync(await run.Http.GetAsync("/page/other.js"), HttpStatusCode.NotFound));
    }

    [BrowserFact]
    public async Task Clips_are_uploaded_become_searchable_are_found_and_play_from_their_moment()
    {
        var clips = await DrawnAsync(8);
        using var run = await ServeRun.StartAsync(place, place.New("data"), s_tiny);
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#about")).ToContainTextAsync("Model tiny knows drawn shapes");

        await page.SetInputFilesAsync("#video-files", clips);
        await Assertions.Expect(page.Locator(".video")).ToHaveCountAsync(clips.Length);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(clips.Length);
        await page.Locator("#uploads-clear").ClickAsync();
        await Assertions.Expect(page.Locator("#uploads")).ToBeHiddenAsync();
        await page.Locator("#text").FillAsync("a dog runs along the beach");
        await Assertions.Expect(page.Locator("#results-state"))
            .ToContainTextAsync("Nothing here matches “a dog runs along the beach”");
        await page.Locator("#text").FillAsync("");
        await Assertions.Expect(page.Locator(".video")).ToHaveCountAsync(clips.Length);
        using var film = new PageFilm(browser, "use.gif");
        await film.ShowAsync(seconds: 1);
        await film.TypeAsync("#text", Sentence);
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync(new Regex($"videos? for “{Sentence}”"));
        await film.ShowAsync(seconds: 1.5);
        await page.Locator("#weaker button").ClickAsync();
        await Assertions.Expect(page.Locator(".moment")).ToHaveCountAsync(clips.Length);
        await Assertions.Expect(page.Locator(".moment").First.Locator(".band")).ToHaveTextAsync(new Regex("strong|likely"));
        await Assertions.Expect(page.Locator("#marks .nearness")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#moments")).Not.ToContainTextAsync("core");
        await page.Locator(".moment .open").First.ClickAsync();
        await Assertions.Expect(page.Locator(".because")).ToContainTextAsync(new Regex("(circle|diamond|blue|orange).* at 0:0"));
        await Assertions.Expect(page.Locator(".contrasts")).ToBeHiddenAsync();
        await page.Locator(".details summary").ClickAsync();
        await Assertions.Expect(page.Locator(".contrasts tbody tr")).ToHaveCountAsync(4);
        await Assertions.Expect(page.Locator(".heat .word").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".heat .word th")).ToHaveTextAsync(Sentence.Split(' '));
        await Assertions.Expect(page.Locator("#marks .nearness")).ToHaveCountAsync(1);

        var best =
            (await ServeRun.JsonAsync(
                await run.Http.PostAsJsonAsync("/api/v1/search", new { text = Sentence, threshold = 0 })))
                .GetProperty("results")[0];
        var moment = best.GetProperty("moment").GetDouble();
        // The only one with both: the README's picture shows it.
        Assert.Equal("test-00005.mp4", best.GetProperty("name").GetString());
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 2");
        Assert.EndsWith(best.GetProperty("source").GetString()!, await VideoAsync<string>(page, "src"), StringComparison.Ordinal);
        Assert.True(await VideoAsync<double>(page, "currentTime") >= moment - 0.1, "the player begins before its moment");
        await page.EvaluateAsync("() => document.getElementById('video').pause()");
        await page.Keyboard.PressAsync("m");
        Assert.Equal(moment, await VideoAsync<double>(page, "currentTime"), 0.05);
        Assert.Equal(1, await page.Locator("#marks .segment.current").CountAsync());
        await page.WaitForLoadStateAsync(LoadState.Load);
        await browser.PictureAsync("page.png");
        await film.PlayAsync(seconds: 3);
        await film.WriteAsync();

        await page.EvaluateAsync("() => { document.getElementById('video').currentTime = 1; }");
        await page.Keyboard.PressAsync(".");
        Assert.Equal(1 + (1.0 / 25), await VideoAsync<double>(page, "currentTime"), 0.001);
        await page.Keyboard.PressAsync(",");
        Assert.Equal(1, await VideoAsync<double>(page, "currentTime"), 0.001);
        await page.Keyboard.PressAsync("l");
        await page.Keyboard.PressAsync("l");
        Assert.Equal(2, await VideoAsync<double>(page, "playbackRate"));
        await page.Keyboard.PressAsync("k");
        Assert.True(await VideoAsync<bool>(page, "paused"));
        await page.Locator("#video").FocusAsync(); // Which has keys of its own.
        await page.Keyboard.PressAsync(" ");
        Assert.False(await VideoAsync<bool>(page, "paused"));
        await page.Keyboard.PressAsync(" ");
        Assert.True(await VideoAsync<bool>(page, "paused"));

        Assert.True(await browser.FitsAsync(360), "the page is wider than a phone");

        // A moment is a place: its address holds the query, the video and the time.
        var address = page.Url;
        Assert.Contains($"&v={best.GetProperty("video").GetString()}&t=", address, StringComparison.Ordinal);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Locator("#copied")).ToContainTextAsync("The link to 0:0");
        Assert.StartsWith(address.Split("&t=")[0],
            await page.EvaluateAsync<string>("() => navigator.clipboard.readText()"), StringComparison.Ordinal);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("#player")).ToBeHiddenAsync();
        await page.GoForwardAsync();
        await Assertions.Expect(page.Locator("#player-title")).ToHaveTextAsync("test-00005.mp4");
        await page.GotoAsync("about:blank");
        await page.GotoAsync(address);
        await Assertions.Expect(page.Locator("#player-title")).ToHaveTextAsync("test-00005.mp4");
        await Assertions.Expect(page.Locator("#text")).ToHaveValueAsync(Sentence);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#player")).ToBeHiddenAsync();
        Assert.EndsWith($"?q={Sentence.Replace(' ', '+')}&weak=1", page.Url, StringComparison.Ordinal);
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task An_empty_library_says_what_its_model_knows_and_offers_the_demo_and_other_models()
    {
        using var hub = new LocalHub();
        using var run = await ServeRun.StartAsync(
            place, place.New("data"), s_tiny, $"Hub={hub.Address}", $"Models={place.New("models")}");
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await Assertions.Expect(page.Locator(".about-model")).ToContainTextAsync("the model tiny, which knows drawn shapes");
        await Assertions.Expect(page.Locator("#model")).ToHaveTextAsync("Model tiny");
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose a model" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "The model" });
        await dialog.GetByText("This server").ClickAsync();
        await Assertions.Expect(dialog.Locator("#server")).ToContainTextAsync("cpu, texts in");
        await browser.HasNoBarrierAsync();

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Download: ViT-B/32", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.Locator("#pull-text")).ToContainTextAsync("ViT-B/32 could not be downloaded: ");
        foreach (var (name, file) in new[] { ("model.safetensors", "weights.safetensors"), ("vocab.json", "vocab.json"),
            ("merges.txt", "merges.txt") })
            hub.Files[$"openai/clip-vit-base-patch32/{name}"] = await File.ReadAllBytesAsync(Path.Combine(place.Model, file));
        hub.Files["openai/clip-vit-base-patch32/config.json"] = "{\"model_type\":\"clip\"}"u8.ToArray();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Download: ViT-B/32", Exact = true }).ClickAsync();
        await Assertions.Expect(dialog.Locator("#pull-text")).ToHaveTextAsync("ViT-B/32 is here.");
        await Assertions.Expect(dialog.Locator("#models-here")).ToContainTextAsync("clip-vit-base-patch32");
        await browser.HasNoBarrierAsync();
        await page.Keyboard.PressAsync("Escape");

        await page.GetByRole(AriaRole.Button, new() { Name = "Try the demo" }).ClickAsync();
        var example = page.Locator("#examples button").First;
        await Assertions.Expect(example).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(12);
        await browser.HasNoBarrierAsync();
        var sentence = await example.TextContentAsync();
        await example.ClickAsync();
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync($"for “{sentence}”");
        await Assertions.Expect(page.Locator(".moment .name").First).ToHaveTextAsync("demo-01.mp4");
        await Assertions.Expect(page.Locator(".moment").First.Locator(".facts")).ToContainTextAsync("strong");
        Assert.Empty(browser.Complaints);

        // The other model takes over while the page is open: the same search is answered by it, which nobody has calibrated.
        await page.Locator("#model").ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Search with it: clip-vit-base-patch32" }).ClickAsync();
        await Assertions.Expect(page.Locator("#model")).ToHaveTextAsync("Model clip-vit-base-patch32");
        await Assertions.Expect(dialog.Locator("#models-here"))
            .ToContainTextAsync("clip-vit-base-patch32 (ViT-B/32) searches now");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator(".moment").First.Locator(".facts")).ToHaveTextAsync("No. 1");
        await Assertions.Expect(page.Locator("#unjudged"))
            .ToHaveTextAsync("The model clip-vit-base-patch32 was never calibrated: the order is its best guess.");
    }

    [BrowserFact]
    public async Task The_button_of_an_older_answer_shows_the_weaker_results_of_what_is_written_now()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"), s_tiny);
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await page.SetInputFilesAsync("#video-files", await DrawnAsync(1, seed: 1));
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(1);
        await page.Locator("#text").FillAsync("a dog runs");
        await Assertions.Expect(page.Locator("#results-state button")).ToBeVisibleAsync();
        var asked = new ConcurrentQueue<string>();
        page.Request += (_, request) => asked.Enqueue(request.PostData ?? "");

        // In one turn of the page, so that it is before the pause after the last letter is over.
        await page.EvaluateAsync("""
            () => {
              const text = document.getElementById('text');
              text.value = 'two people shake hands';
              text.dispatchEvent(new Event('input', { bubbles: true }));
              document.querySelector('#results-state button').click();
            }
            """);

        // How many segments the clip has depends on rounding: frames are encoded in batches that arrival in time makes.
        await Assertions.Expect(page.Locator("#status")).ToContainTextAsync("in 1 video for “two people shake hands”");
        await Assertions.Expect(page.Locator(".moment").First).ToBeVisibleAsync();
        Assert.DoesNotContain(asked, body => body.Contains("a dog runs", StringComparison.Ordinal));

        // Of footage of another kind nobody knows how sure a result is.
        await page.Locator(".brand").ClickAsync();
        string[] other = [.. new[] { "mandelbrot", "smptebars" }.Select(picture => TestClips.Make(
            $"of-{picture}", ".mp4", ["-f", "lavfi", "-i", $"{picture}=s=320x240:r=8", "-t", "4", "-pix_fmt", "yuv420p"]))];
        await page.SetInputFilesAsync("#video-files", other);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(3);
        await page.Locator("#text").FillAsync("a dog runs");
        await Assertions.Expect(page.Locator(".moment").First.Locator(".facts")).ToHaveTextAsync("No. 1 Unfamiliar");
        await Assertions.Expect(page.Locator("#unjudged"))
            .ToContainTextAsync("Most of what is found is unlike what the model tiny was calibrated on: the order is its best");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task What_is_said_stands_on_the_card_with_its_words_marked_and_both_ranks_tell_why()
    {
        var videos = place.FolderOf(TestClips.Distinct(3), TestClips.Distinct(5));
        var name = Path.GetFileName(TestClips.Distinct(5));
        await File.WriteAllTextAsync(Path.Combine(videos, Path.ChangeExtension(name, ".srt")),
            "1\n00:00:04,000 --> 00:00:05,000\nWe wait until the other zebra has crossed as well\n\n"
            + "2\n00:00:05,000 --> 00:00:06,000\nTwo zebras are crossing the river\n");
        using var run = await ServeRun.StartAsync(place, await place.IndexedAsync(videos));
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(2);

        await page.Locator("#text").FillAsync("the zebra crosses");

        var moments = page.Locator("#moments > .moment");
        await Assertions.Expect(moments.First.Locator(".name")).ToHaveTextAsync(name);
        await Assertions.Expect(moments.First.Locator(".said")).ToHaveTextAsync("“Two zebras are crossing the river”");
        await Assertions.Expect(moments.First.Locator(".said mark")).ToHaveTextAsync(["zebras", "crossing"]);
        await Assertions.Expect(page.Locator(".said")).ToHaveCountAsync(1);
        await Assertions.Expect(moments.First.Locator(".band")).ToHaveTextAsync("Said: zebras, crossing");
        await moments.First.Locator(".open").ClickAsync();
        await Assertions.Expect(page.Locator(".because").First).ToHaveTextAsync(
            "Somebody says zebra, crossed at 0:04; zebras, crossing at 0:05.");
        await Assertions.Expect(page.Locator("#transcript mark")).ToHaveTextAsync(["zebra", "crossed", "zebras", "crossing"]);
        await Assertions.Expect(page.Locator(".why .ranks")).ToContainTextAsync(
            new Regex("seen it is number [1-4]; by what is said number 1\\. The order of results joins both"));
        await browser.HasNoBarrierAsync();
        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator(".why .ranks")).ToContainTextAsync("none of the words is said in it");

        // Half of it is in the name of one. It is typed before the browser has gone back from the player, and stays.
        await page.EvaluateAsync("""
            () => {
              const text = document.getElementById('text');
              document.getElementById('close').click();
              text.value = 'number 3';
              text.dispatchEvent(new Event('input'));
            }
            """);

        await Assertions.Expect(moments.First.Locator(".name")).ToHaveTextAsync(Path.GetFileName(TestClips.Distinct(3)));
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=number[+]3$"));
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("#text")).ToHaveValueAsync("the zebra crosses");
        await page.GoForwardAsync();
        await Assertions.Expect(moments.First.Locator(".name")).ToHaveTextAsync(Path.GetFileName(TestClips.Distinct(3)));
        await Assertions.Expect(moments.First.Locator(".band")).ToHaveTextAsync("Named: 3");
        await moments.First.Locator(".open").ClickAsync();
        await Assertions.Expect(page.Locator(".why .ranks")).ToContainTextAsync("by what its video is called number 1");
        await Assertions.Expect(page.Locator(".because").First).ToHaveTextAsync("Its file name says 3.");

        // The answer may be here before the model is known.
        var known = new TaskCompletionSource();
        await page.RouteAsync("**/api/v1/status", async route =>
        {
            await known.Task;
            await route.ContinueAsync();
        });
        await page.ReloadAsync();
        var unjudged = page.Locator("#unjudged");
        await Assertions.Expect(unjudged).ToHaveTextAsync("The model was never calibrated: the order is its best guess.");
        known.SetResult();
        await Assertions.Expect(unjudged).ToHaveTextAsync(new Regex("^The model [^ ]+ was never calibrated: "));
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task A_still_leads_to_its_moment_and_a_file_that_is_no_picture_is_explained()
    {
        string[] clips = [TestClips.Distinct(3), TestClips.Distinct(5)];
        using var run = await ServeRun.StartAsync(place, await place.IndexedAsync(place.FolderOf(clips)));
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;

        await page.SetInputFilesAsync("#image-file", TestClips.Still(clips[1], 4));

        var first = page.Locator("#moments > .moment").First;
        await Assertions.Expect(first.Locator(".name")).ToHaveTextAsync(Path.GetFileName(clips[1]));
        await ShowsAskedAsync();
        await browser.HasNoBarrierAsync();
        await first.Locator(".open").ClickAsync();
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 2");
        Assert.InRange(await VideoAsync<double>(page, "currentTime"), 2.5, 5.5);
        await page.Keyboard.PressAsync("Escape");
        // The player's own step is taken back: what is reloaded before is not.
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/#image="));
        await page.ReloadAsync();
        await Assertions.Expect(first.Locator(".name")).ToHaveTextAsync(Path.GetFileName(clips[1]));
        await ShowsAskedAsync();
        Assert.Empty(browser.Complaints);
        await page.SetInputFilesAsync(
            "#image-file", new FilePayload { Name = "no.png", MimeType = "image/png", Buffer = "no picture"u8.ToArray() });
        await Assertions.Expect(page.Locator("#results-state")).ToContainTextAsync("The search did not work");
        await Assertions.Expect(page.Locator("#asked")).ToBeHiddenAsync();

        async Task ShowsAskedAsync()
        {
            await Assertions.Expect(page.Locator("#asked")).ToBeVisibleAsync();
            await page.WaitForFunctionAsync("() => document.getElementById('asked').naturalWidth > 0");
        }
    }

    [BrowserFact]
    public async Task A_failed_upload_says_where_and_why_it_failed_and_can_be_removed_and_collections_are_chosen()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;

        await page.SetInputFilesAsync(
            "#video-files", [s_notes, new() { Name = "empty.mp4", MimeType = "video/mp4", Buffer = [] }]);

        var notes = page.Locator(".video[data-state=failed]").Filter(new() { HasText = "notes.mp4" });
        await Assertions.Expect(notes.Locator(".failure")).ToContainTextAsync("No frames can be taken from it: is not a video");
        await Assertions.Expect(notes.Locator("[data-stage=decode]")).ToHaveAttributeAsync("data-state", "failed");
        await notes.Locator(".pick").CheckAsync();
        await Assertions.Expect(page.Locator("#selection-count")).ToHaveTextAsync("1 selected");
        await notes.Locator(".pick").UncheckAsync();
        await Assertions.Expect(page.Locator(".upload[data-name='empty.mp4'] .told"))
            .ToHaveTextAsync("It was not uploaded: the file is empty.");

        var retried = page.WaitForResponseAsync(answer => answer.Url.EndsWith("/retry", StringComparison.Ordinal));
        await notes.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        Assert.Equal(200, (await retried).Status);
        await Assertions.Expect(notes.Locator(".failure")).ToContainTextAsync("No frames can be taken from it: is not a video");

        await notes.GetByRole(AriaRole.Button, new() { Name = "Remove" }).ClickAsync();
        await page.Locator("#sure button[value=yes]").ClickAsync();
        await Assertions.Expect(notes).ToHaveCountAsync(0);

        // Of several collections one is chosen in the header, and the address names it.
        using (await run.Http.PostAsync("/api/v1/videos?name=press.mp4&collection=press", new StringContent("no video")))
            await page.ReloadAsync();
        var collection = page.GetByLabel("Collection");
        await Assertions.Expect(collection.Locator("option")).ToHaveTextAsync(["default", "press"]);
        await browser.HasNoBarrierAsync();
        await collection.SelectOptionAsync("press");
        await Assertions.Expect(page.Locator(".video .name")).ToHaveTextAsync("press.mp4");
        await Assertions.Expect(page).ToHaveURLAsync($"{run.Http.BaseAddress}?collection=press");
        await collection.SelectOptionAsync("default");
        await Assertions.Expect(page).ToHaveURLAsync($"{run.Http.BaseAddress}");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task Axe_finds_no_barrier_in_the_library_the_results_the_player_and_the_help()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await Assertions.Expect(page.GetByText("No videos yet")).ToBeVisibleAsync();
        await browser.HasNoBarrierAsync();

        await page.SetInputFilesAsync("#video-files", [TestClips.Distinct(3)]);
        await page.SetInputFilesAsync("#video-files", [s_notes]);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".video[data-state=failed]")).ToHaveCountAsync(1);
        await browser.HasNoBarrierAsync();

        await page.Locator("#text").FillAsync("a coloured pattern");
        await Assertions.Expect(page.Locator(".moment")).ToHaveCountAsync(1);
        await browser.HasNoBarrierAsync();

        await page.Locator(".moment .open").First.ClickAsync();
        await page.Locator(".details summary").ClickAsync();
        await Assertions.Expect(page.Locator(".heat .word").First).ToBeVisibleAsync();
        await browser.HasNoBarrierAsync();

        await page.Keyboard.PressAsync("Escape");
        await page.Locator("#help").ClickAsync();
        await browser.HasNoBarrierAsync();

        // A link to a video that was removed, and a filter that cannot be, are told.
        var status = page.Locator("#status");
        await page.GotoAsync($"{run.Http.BaseAddress}?v={Guid.Empty}&t=3");
        await Assertions.Expect(page.Locator("#notice")).ToHaveTextAsync("That video is no longer here.");
        await Assertions.Expect(status).ToHaveTextAsync("1 video searchable");
        Assert.Equal(run.Http.BaseAddress!.ToString(), page.Url);
        await browser.HasNoBarrierAsync();
        await page.Locator("#filter").ClickAsync();
        await page.GetByLabel("Seconds, at least").FillAsync("-4");
        await Assertions.Expect(page.Locator("#library-state")).ToContainTextAsync(new Regex("do not work.*must be at least 0"));
        await Assertions.Expect(page.Locator("#notice")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".video")).ToHaveCountAsync(0);
        await browser.HasNoBarrierAsync();
        await page.Locator("#library-state button").ClickAsync();
        await Assertions.Expect(page.Locator(".video")).ToHaveCountAsync(2);
    }

    [BrowserFact]
    public async Task Everything_can_be_reached_with_the_keyboard_alone()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(run);
        var (page, keys) = (browser.Page, browser.Page.Keyboard);
        var chooser = new TaskCompletionSource<IFileChooser>();
        // Before the key: a listener that comes with it may come too late.
        page.FileChooser += (_, shown) => chooser.TrySetResult(shown);
        await Assertions.Expect(page.Locator("#add")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();
        await page.EvaluateAsync("() => { window.showOpenFilePicker = undefined; }"); // Playwright meets only the older dialog.
        await page.Locator("#help").FocusAsync();
        await keys.PressAsync("u");
        await (await chooser.Task.WaitAsync(TimeSpan.FromMinutes(2))).SetFilesAsync(
            [TestClips.Distinct(3), TestClips.Distinct(5)]);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(2);

        await keys.PressAsync("/");
        await keys.TypeAsync("a coloured pattern");
        await Assertions.Expect(page.Locator(".moment")).ToHaveCountAsync(2);
        await keys.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator(".moment .open").First).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#player")).ToBeVisibleAsync();
        var first = await page.Locator("#player .title").TextContentAsync();
        await keys.PressAsync("n");
        await Assertions.Expect(page.Locator("#player .title")).Not.ToHaveTextAsync(first!);
        await keys.PressAsync("p");
        await Assertions.Expect(page.Locator("#player .title")).ToHaveTextAsync(first!);
        await keys.PressAsync("Escape");
        await Assertions.Expect(page.Locator("#player")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".moment .open").First).ToBeFocusedAsync();
        await keys.PressAsync("ArrowUp");
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();

        await page.Locator(".moment .open").First.ClickAsync();
        await page.EvaluateAsync("""
            () => new Promise(closed => {
              const player = document.getElementById('player');
              player.addEventListener('close', closed);
              player.close();
              document.getElementById('text').focus();
            })
            """);
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync(); // Who goes on at once is not called back.
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task A_search_is_narrowed_by_filters_to_one_video_and_to_what_is_like_a_moment()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(run);
        var (page, keys) = (browser.Page, browser.Page.Keyboard);
        var (moments, status) = (page.Locator("#moments > .moment"), page.Locator("#status"));
        string[] clips = [TestClips.Distinct(3), TestClips.Distinct(5)];
        await Assertions.Expect(page.Locator("#add")).ToBeVisibleAsync();
        await page.SetInputFilesAsync("#video-files", clips);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(2);
        await page.Locator("#text").FillAsync("a coloured pattern");
        await Assertions.Expect(moments).ToHaveCountAsync(2);

        await page.Locator("#help").FocusAsync();
        await keys.PressAsync("f");
        await Assertions.Expect(page.GetByLabel("But not")).ToBeFocusedAsync();
        await page.GetByLabel("Title, file name or tag").FillAsync(Path.GetFileName(TestClips.Distinct(3)));
        await Assertions.Expect(moments).ToHaveCountAsync(1);
        Assert.Contains("name=distinct", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("Tags, all of").FillAsync("sea");
        await Assertions.Expect(page.Locator("#results-state").GetByText("Nothing here matches")).ToBeVisibleAsync();
        await page.Locator("#results-state").GetByRole(AriaRole.Button, new() { Name = "Without filters" }).ClickAsync();
        await Assertions.Expect(moments).ToHaveCountAsync(2);

        await page.GetByLabel("But not").FillAsync("a dog");
        await page.GetByLabel("Seconds, at least").FillAsync("5");
        await page.GetByLabel("Rank").SelectOptionAsync("moment");
        await page.ReloadAsync();
        await Assertions.Expect(moments).ToHaveCountAsync(4); // Two segments each.
        await Assertions.Expect(page.GetByLabel("But not")).ToHaveValueAsync("a dog");
        await moments.Locator(".open").First.ClickAsync();
        await Assertions.Expect(page.Locator(".why h4").Last).ToContainTextAsync("But not: “a dog”");
        await browser.PictureAsync("filters.png");

        await keys.PressAsync("s");
        await Assertions.Expect(page.Locator("#player")).ToBeHiddenAsync();
        await Assertions.Expect(status).ToContainTextAsync("for more like 0:0");
        Assert.Contains("?like=", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(moments).ToHaveCountAsync(3); // The one that was asked for is left out.
        await page.WaitForFunctionAsync("() => document.getElementById('asked').naturalWidth > 0");
        var liked = $"0:0[0-9] of ({string.Join('|', clips.Select(Path.GetFileName))})";
        await page.ReloadAsync();
        await Assertions.Expect(status).ToHaveTextAsync(new Regex($"for more like {liked}, the best first ·"));
        await moments.Locator(".open").First.ClickAsync();
        await Assertions.Expect(page.Locator("#why-content"))
            .ToContainTextAsync(new Regex($"looks most like the segment at {liked}[.]"));
        await Assertions.Expect(page.Locator("#why-content .frame")).ToHaveTextAsync(new Regex("^0:0[0-9]$"));
        var name = await page.Locator("#player-title").TextContentAsync();
        await keys.PressAsync("w");
        await Assertions.Expect(page.Locator("#inside-name")).ToHaveTextAsync(name!);
        await Assertions.Expect(page.Locator("#text")).ToBeFocusedAsync();
        await keys.TypeAsync("a pattern");
        await Assertions.Expect(status).ToContainTextAsync("for “a pattern”");
        await Assertions.Expect(moments.Locator(".name")).ToHaveTextAsync([name!, name!]);
        await Assertions.Expect(status).ToContainTextAsync("2 segments in 1 video for “a pattern”, the best first");
        await moments.Locator(".open").First.ClickAsync();
        // Of an uncalibrated model nobody knows which of them match: the nearness alone is shown beside the one that is open.
        await Assertions.Expect(page.Locator("#marks .nearness")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#marks .segment")).ToHaveCountAsync(1);
        await keys.PressAsync("Escape");
        await page.Locator("#inside").ClickAsync();
        await Assertions.Expect(moments).ToHaveCountAsync(4);

        await page.Locator("#text").FillAsync("");
        await page.Locator(".video").First.GetByRole(AriaRole.Button, new() { Name = "Where in" }).ClickAsync();
        await Assertions.Expect(page.Locator("#inside")).ToBeVisibleAsync();
        Assert.True(await browser.FitsAsync(360), "the page is wider than a phone");
        Assert.Empty(browser.Complaints);
    }

    [BrowserFact]
    public async Task What_the_browser_cannot_play_is_prepared_and_plays_from_its_moment_which_can_be_saved()
    {
        var clip = TestClips.Make("portrait", ".avi", ["-f", "lavfi", "-i", "testsrc2=s=180x320:r=10:d=6", "-vf",
            "drawbox=c=black:t=fill:enable='lt(t,2)'", "-c:v", "mjpeg", "-q:v", "3"]);
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        await Assertions.Expect(page.Locator("#add")).ToBeVisibleAsync();
        await page.SetInputFilesAsync("#video-files", clip);
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".video .picture.filled img")).ToBeVisibleAsync();
        await browser.PictureAsync("portrait.png");

        await page.Locator("#text").FillAsync("a coloured pattern");
        await page.Locator("#moments .open").First.ClickAsync();
        await Assertions.Expect(page.Locator("#player-state, #video:not([hidden])").First).ToBeVisibleAsync();
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 2");

        Assert.Contains("/proxy/stream?format=", await VideoAsync<string>(page, "src"), StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("#player-state")).ToBeHiddenAsync();
        var moment = double.Parse(page.Url.Split("&t=")[1], CultureInfo.InvariantCulture);
        Assert.True(await VideoAsync<double>(page, "currentTime") >= moment - 0.1, "the player begins before its moment");
        var saved = await page.RunAndWaitForDownloadAsync(() => page.Keyboard.PressAsync("d"));
        Assert.StartsWith($"{Path.GetFileNameWithoutExtension(clip)} 0m", saved.SuggestedFilename, StringComparison.Ordinal);
        await Assertions.Expect(page.Locator("#copied")).ToContainTextAsync("The clip is saved");
        await browser.HasNoBarrierAsync();
        await browser.PictureAsync("proxy.png");

        // What cannot be prepared says why, and can be tried again.
        var video = page.Url.Split("v=")[1].Split('&')[0];
        await page.Keyboard.PressAsync("Escape");
        await page.RouteAsync(ProxyState(), route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = """{"state": "failed", "percent": 0, "reason": "'x' is gone"}""",
        }));
        await page.GotoAsync($"{run.Http.BaseAddress}?v={video}&t=3");
        await Assertions.Expect(page.Locator("#player-state")).ToContainTextAsync("'x' is gone.");
        await browser.HasNoBarrierAsync();
        await browser.PictureAsync("unplayable.png");
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new() { Name = "Download the original" })).ToBeVisibleAsync();
        await page.UnrouteAsync(ProxyState());
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).Last.ClickAsync();
        await page.WaitForFunctionAsync("() => document.getElementById('video').readyState >= 2");
        Assert.Equal(3, await VideoAsync<double>(page, "currentTime"), 0.1);
        Assert.Empty(browser.Complaints);
    }

    /// <summary>Clips of the world that the shipped model knows.</summary>
    private async Task<string[]> DrawnAsync(int count, int seed = 7)
    {
        var world = place.New("world");
        var drawn = await CommandRun.Of(
            "dataset", "synthesize", "--out", world, "--videos", "0", "--validation", "0", "--test", $"{count}",
            "--seed", $"{seed}");
        Assert.True(drawn.Status == 0, drawn.Errors);
        return [.. Directory.EnumerateFiles(world, "*.mp4", SearchOption.AllDirectories)];
    }

    private static Task<T> VideoAsync<T>(IPage page, string property) =>
        page.EvaluateAsync<T>($"() => document.getElementById('video').{property}");

    [GeneratedRegex("/proxy[?]format=")]
    private static partial Regex ProxyState();

    [GeneratedRegex("page/[a-z]+\\.[a-z]+")]
    private static partial Regex PartName();

    [GeneratedRegex("from '\\./([a-z]+\\.js)'")]
    private static partial Regex Import();
}
