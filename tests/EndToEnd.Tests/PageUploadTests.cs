using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary>Uploads on the page, which outlive whatever interrupts them.</summary>
public sealed class PageUploadTests(Workplace place) : IClassFixture<Workplace>
{
    private const int Chunk = 8 << 20;

    [BrowserFact]
    public async Task Uploads_go_on_after_a_reload_a_restart_and_a_full_queue_folders_are_taken_in_and_failures_are_tried_again()
    {
        var data = place.New("data");
        var (clip, other) = (Padded("holiday.mp4", 3), Padded("other.mp4", 5));
        var run = await ServeRun.StartProcessAsync(place, data);
        await using var browser = await PageBrowser.OpenAsync(run);
        var page = browser.Page;
        var (uploads, status) = (page.Locator(".upload"), page.Locator("#results-state"));
        var left = new ConcurrentQueue<string>();
        page.Dialog += async (_, dialog) =>
        {
            left.Enqueue(dialog.Type);
            await dialog.AcceptAsync();
        };
        var held = await HoldAsync(page);
        await Assertions.Expect(page.Locator("#add")).ToBeVisibleAsync();

        // Its second chunk does not arrive before the page is loaded anew.
        held.Hold(Chunk);
        await page.SetInputFilesAsync("#video-files", clip);
        await held.NextAsync();
        await Assertions.Expect(uploads.Locator(".told")).ToHaveTextAsync(new Regex("^6\\d %$"));
        await Assertions.Expect(page.Locator("#uploads-total")).ToContainTextAsync("0 of 1 sent · 8.4 MB of 13 MB");
        await browser.PictureAsync("uploads.png");
        await page.Locator("#text").ClickAsync(); // Browsers ask only those who did something on a page.
        await page.ReloadAsync();
        Assert.Equal("beforeunload", Assert.Single(left));
        await Assertions.Expect(uploads.Locator(".told"))
            .ToHaveTextAsync(new Regex("^Choose holiday.mp4 again to continue \\(6\\d % is there\\)$"));

        // Then it meets a server that is gone.
        held.Hold(Chunk);
        await page.SetInputFilesAsync("#video-files", clip);
        var late = await held.NextAsync();
        var address = run.Http.BaseAddress!;
        run.Kill();
        await run.EndAsync();
        run.Dispose();
        await late.ContinueAsync();
        await Assertions.Expect(page.Locator("#gone")).ToHaveTextAsync("The server does not answer. Trying again …");
        await Assertions.Expect(uploads.Locator(".told"))
            .ToContainTextAsync("The server does not answer: goes on when it is back (6");
        await Assertions.Expect(page.Locator("#uploads-total"))
            .ToHaveTextAsync("0 of 1 sent · 8.4 MB of 13 MB · waiting for the server");
        await page.Locator("#model").ClickAsync();
        await Assertions.Expect(page.Locator("#models-problem")).ToHaveTextAsync("The server does not answer.");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("#text").FillAsync("a coloured pattern");
        await Assertions.Expect(status).ToContainTextAsync("The server does not answer.");
        await Assertions.Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);

        using var again = await ServeRun.StartAtAsync(address, data);
        await Assertions.Expect(page.Locator("#gone")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("#models-problem")).ToBeEmptyAsync();
        await Assertions.Expect(uploads).ToHaveAttributeAsync("data-state", "indexed");
        await Assertions.Expect(page.Locator(".moment")).ToHaveCountAsync(1); // The search was asked again.
        Assert.Equal([0, Chunk, Chunk, Chunk], held.Offsets);
        await page.Locator("#text").FillAsync("");
        await Assertions.Expect(page.Locator(".video[data-state=indexed]")).ToHaveCountAsync(1);

        // What is known is said, and shown.
        await page.Locator("#uploads-clear").ClickAsync();
        await Assertions.Expect(page.Locator("#uploads")).ToBeHiddenAsync();
        var copy = Path.Combine(Directory.CreateDirectory(place.New("copy")).FullName, "copy.mp4");
        File.Copy(clip, copy);
        await page.SetInputFilesAsync("#video-files", copy);
        await Assertions.Expect(uploads.Locator(".told"))
            .ToHaveTextAsync("Already in the library as “holiday.mp4” · Searchable");
        await uploads.GetByRole(AriaRole.Button, new() { Name = "copy.mp4" }).ClickAsync();
        await Assertions.Expect(page.Locator("#player-title")).ToHaveTextAsync("holiday.mp4");
        await page.Locator("#close").ClickAsync();
        await page.Locator("#uploads-clear").ClickAsync();

        // One that is given up is gone on the server, too.
        held.Hold(Chunk);
        await page.SetInputFilesAsync("#video-files", other);
        var upload = new Uri((await held.NextAsync()).Request.Url);
        await uploads.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Assertions.Expect(uploads).ToHaveCountAsync(0);
        await GoneAsync(again, upload);

        // Many are given up together, once somebody is sure.
        var begun = new TaskCompletionSource();
        await page.RouteAsync("**/api/v1/uploads", _ => begun.TrySetResult());
        await page.SetInputFilesAsync("#video-files", [clip, other]);
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(2));
        var (all, sure) = (page.Locator("#uploads-cancel"), page.Locator("#sure"));
        await all.ClickAsync();
        await Assertions.Expect(sure).ToContainTextAsync("Cancel 2 uploads?");
        await browser.HasNoBarrierAsync();
        await sure.GetByText("Go on").ClickAsync();
        await Assertions.Expect(uploads).ToHaveCountAsync(2);
        await all.ClickAsync();
        await sure.GetByRole(AriaRole.Button, new() { Name = "Cancel uploads" }).ClickAsync();
        await Assertions.Expect(uploads).ToHaveCountAsync(0);
        await page.UnrouteAsync("**/api/v1/uploads");

        await AFullQueueIsWaitedForAndAKeptHandleGoesOnByItselfAsync(page, uploads, held);
        await FoldersAreTakenInAsync(page, uploads);
        await browser.PictureAsync("uploaded.png");
        await browser.HasNoBarrierAsync();
        await FailuresAreTriedAgainAsync(browser, again);
    }

    private static async Task AFullQueueIsWaitedForAndAKeptHandleGoesOnByItselfAsync(
        IPage page, ILocator uploads, HeldChunks held)
    {
        var isFull = true;
        await page.RouteAsync("**/api/v1/uploads", async route =>
        {
            if (route.Request.Method != "POST" || !isFull)
                await route.ContinueAsync();
            else
            {
                isFull = false;
                await route.FulfillAsync(new()
                {
                    Status = 503,
                    ContentType = "application/problem+json",
                    Body = """{ "type": "urn:tcmgc:problem:queue-full", "detail": "1000 videos wait" }""",
                    Headers = [new("Retry-After", "3")],
                });
            }
        });
        held.Hold(Chunk);

        // The browser's own folder gives handles that may be read after a reload, as a person may allow for others.
        var bytes = Convert.ToBase64String(await File.ReadAllBytesAsync(TestClips.Distinct(4, 2)));
        await page.EvaluateAsync("""
            async ([clip, size]) => {
              const folder = await navigator.storage.getDirectory();
              const write = async (place, name, ...parts) => {
                const handle = await place.getFileHandle(name, { create: true }), file = await handle.createWritable();
                for (const part of parts)
                  await file.write(part);
                await file.close();
                return handle;
              };
              const bytes = Uint8Array.from(atob(clip), letter => letter.charCodeAt(0));
              const head = new DataView(new ArrayBuffer(8));
              head.setUint32(0, size);
              head.setUint32(4, 0x66726565);
              const handle = await write(folder, 'kept.mp4', bytes, head.buffer, new Uint8Array(size - 8));
              const trip = await folder.getDirectoryHandle('trip', { create: true });
              await write(trip, 'no.mp4', 'no video');
              await write(trip, 'notes.txt', 'not meant');
              await write(await trip.getDirectoryHandle('inner', { create: true }), 'also.mov', 'no video either');
              window.showOpenFilePicker = async () => [handle];
            }
            """, new object[] { bytes, 10 << 20 });
        await page.Locator("#add").ClickAsync();
        await Assertions.Expect(uploads.Locator(".told"))
            .ToHaveTextAsync(new Regex("^The server’s queue is full, next try in [123] s$"));
        await held.NextAsync();
        await page.ReloadAsync();
        await Assertions.Expect(uploads).ToHaveAttributeAsync("data-state", "indexed");
        Assert.Equal([0, Chunk, Chunk], held.Offsets.TakeLast(3));
    }

    private static async Task FoldersAreTakenInAsync(IPage page, ILocator uploads)
    {
        await page.EvaluateAsync("""
            async () => {
              const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('trip');
              const item = { kind: 'file', getAsFileSystemHandle: async () => folder, getAsFile: () => null };
              const drop = new Event('drop', { bubbles: true, cancelable: true });
              Object.defineProperty(drop, 'dataTransfer', { value: { types: ['Files'], items: [item] } });
              document.body.dispatchEvent(drop);
            }
            """);
        await Assertions.Expect(page.Locator(".upload[data-name='also.mov']")).ToHaveAttributeAsync("data-state", "failed");
        await Assertions.Expect(uploads).ToHaveCountAsync(3);
        var no = page.Locator(".upload[data-name='no.mp4']");
        await Assertions.Expect(no.Locator(".told"))
            .ToHaveTextAsync(new Regex("^No frames can be taken from it: is not a video"));
        await no.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Assertions.Expect(no).ToHaveAttributeAsync("data-state", "failed");
        await Assertions.Expect(page.Locator("#uploads-total")).ToHaveTextAsync("1 of 3 videos searchable · 2 failed");
    }

    /// <summary>What failed stands on the status page, and is tried again there.</summary>
    private static async Task FailuresAreTriedAgainAsync(PageBrowser browser, ServeRun run)
    {
        var page = browser.Page;
        await page.Locator("#status-open").ClickAsync();
        Assert.Contains("?status=1", page.Url, StringComparison.Ordinal);
        var failures = page.Locator("#failures-list li");
        await Assertions.Expect(failures.Locator(".name")).ToHaveCountAsync(2);
        await Assertions.Expect(failures.First.Locator(".reason"))
            .ToContainTextAsync("No frames can be taken from it: is not a video");
        await Assertions.Expect(failures.First.Locator(".facts")).ToContainTextAsync("· today ");
        await Assertions.Expect(page.Locator("#status-facts")).ToContainTextAsync(new Regex("Disk.* free.*Model.*Version"));
        await Assertions.Expect(page.Locator("#status-stages li[data-state=failed]")).ToHaveTextAsync("2Failed");
        await Assertions.Expect(page.Locator("#status-stages li[data-state=done]")).ToHaveTextAsync("2Searchable");
        await Assertions.Expect(page.Locator("#library")).ToBeHiddenAsync();
        await browser.PictureAsync("status.png");
        await browser.HasNoBarrierAsync();
        var retried = new ConcurrentQueue<string>();
        page.Response += (_, answer) => retried.Enqueue(answer.Url.Split('/')[^1]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Try all again" }).ClickAsync();
        await Assertions.Expect(page.Locator("#status-told")).ToHaveTextAsync("2 videos are tried again.");
        Assert.Equal(2, retried.Count(name => name == "retry"));
        await page.Locator("#status-open").ClickAsync();
        await Assertions.Expect(page.Locator("#library")).ToBeVisibleAsync();
        Assert.DoesNotContain("status", page.Url, StringComparison.Ordinal);
    }

    /// <summary>A clip that a box of nothing makes more than a chunk long.</summary>
    private string Padded(string name, int index)
    {
        var path = Path.Combine(Directory.CreateDirectory(place.New("padded")).FullName, name);
        var padding = new byte[12 << 20];
        BinaryPrimitives.WriteInt32BigEndian(padding, padding.Length);
        "free"u8.CopyTo(padding.AsSpan(4));
        File.WriteAllBytes(path, [.. File.ReadAllBytes(TestClips.Distinct(index, 2)), .. padding]);
        return path;
    }

    private static async Task GoneAsync(ServeRun run, Uri upload)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        for (; ; await Task.Delay(50, limit.Token))
        {
            using var ask = new HttpRequestMessage(HttpMethod.Head, upload.PathAndQuery);
            ask.Headers.Add("Tus-Resumable", "1.0.0");
            using var answer = await run.Http.SendAsync(ask, limit.Token);
            if (answer.StatusCode == HttpStatusCode.NotFound)
                return;
        }
    }

    private static async Task<HeldChunks> HoldAsync(IPage page)
    {
        var held = new HeldChunks();
        await page.RouteAsync("**/api/v1/uploads/*", held.MeetAsync);
        return held;
    }

    /// <summary>Stops a chunk on its way from the browser.</summary>
    private sealed class HeldChunks
    {
        private readonly ConcurrentQueue<int> _offsets = [];
        private TaskCompletionSource<IRoute> _stopped = new();
        private int _held = -1;

        /// <summary>Where the chunks began that were sent so far.</summary>
        public IEnumerable<int> Offsets => _offsets;

        /// <summary>Stops the next one that begins there.</summary>
        public void Hold(int offset)
        {
            _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _held, offset);
        }

        /// <summary>The one that was stopped.</summary>
        public Task<IRoute> NextAsync() => _stopped.Task.WaitAsync(TimeSpan.FromMinutes(2));

        public async Task MeetAsync(IRoute route)
        {
            var offset = -1;
            if (route.Request.Method == "PATCH")
                _offsets.Enqueue(offset = int.Parse((await route.Request.HeaderValueAsync("Upload-Offset"))!));
            if (offset >= 0 && Interlocked.CompareExchange(ref _held, -1, offset) == offset)
                _stopped.TrySetResult(route);
            else
                await route.ContinueAsync();
        }
    }
}
