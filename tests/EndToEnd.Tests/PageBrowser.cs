using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary>A fact that needs a Chromium (TCMGC_CHROMIUM, or one on the path); skipped with the reason without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = PageBrowser.Chromium is null
        ? "no Chromium is here: install one (Debian: chromium), or set TCMGC_CHROMIUM to its path"
        : null;
}

/// <summary>The page in a browser without a window; what the page complains about in the browser's console is kept.</summary>
internal sealed class PageBrowser : IAsyncDisposable
{
    private const int Patience = 120_000;

    /// <summary>There is no card to draw with, and imitating one costs a processor's time.</summary>
    private static readonly string[] s_withoutGraphics = ["--disable-gpu", "--disable-software-rasterizer"];

    /// <summary>The browser of all tests; it ends with this process.</summary>
    private static readonly Lazy<Task<IBrowser>> s_browser = new(LaunchAsync);

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    private PageBrowser(IPage page)
    {
        Page = page;
        page.Console += (_, message) => Add(message.Type is "error", $"{message.Text} ({message.Location})");
        page.PageError += (_, error) => Add(true, error);
        page.Request += (_, request) => Add(new Uri(request.Url).Host is not ("127.0.0.1" or ""), $"asks {request.Url}");
    }

    public static string? Chromium { get; } =
        Environment.GetEnvironmentVariable("TCMGC_CHROMIUM") ?? OnPath("chromium", "chromium-browser", "google-chrome");

    public IPage Page { get; }

    /// <summary>Errors in the console, and requests to other hosts.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    public static Task<PageBrowser> OpenAsync(ServeRun run) => OpenAsync(run.Http.BaseAddress!);

    public static async Task<PageBrowser> OpenAsync(Uri address)
    {
        var browser = await s_browser.Value;
        var page = await browser.NewPageAsync(new() // In a profile of its own.
        {
            ViewportSize = new() { Width = 1360, Height = 850 },
            ReducedMotion = ReducedMotion.Reduce, // What moves takes a processor's time all the while.
        });
        page.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        var opened = new PageBrowser(page);
        await page.GotoAsync(address.ToString());
        return opened;
    }

    /// <summary>A picture of what is seen once its own pictures are there, where TCMGC_SCREENSHOTS names a folder.</summary>
    public async Task PictureAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("TCMGC_SCREENSHOTS") is not { } folder)
            return;
        await PicturesAreThereAsync();
        await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, name) });
    }

    /// <summary>Waits until the pictures that the page shows are there.</summary>
    public Task PicturesAreThereAsync() => Page.EvaluateAsync("""
        async () => {
          const backgrounds = [...document.querySelectorAll('.strip')]
            .map(place => /url\("(.+)"\)/.exec(place.style.backgroundImage)?.[1]);
          const addresses = new Set([...backgrounds, ...[...document.images].map(image => image.src)].filter(Boolean));
          await Promise.all([...addresses].map(address => Object.assign(new Image(), { src: address }).decode()));
        }
        """);

    /// <summary>Whether nothing is wider than a window of a width, which the page has from then on.</summary>
    public async Task<bool> FitsAsync(int width)
    {
        await Page.SetViewportSizeAsync(width, Page.ViewportSize!.Height);
        return await Page.EvaluateAsync<bool>("""
            async () => {
              for (let frame = 0; frame < 2; frame++) // Until the page is laid out anew.
                await new Promise(drawn => requestAnimationFrame(drawn));
              return document.documentElement.scrollWidth <= innerWidth;
            }
            """);
    }

    /// <summary>
    /// Fails where axe-core finds a barrier in what the page shows now, or it is wider than its window: of a desk, a tablet or a
    /// phone, in light or in dark colours.
    /// </summary>
    public async Task HasNoBarrierAsync()
    {
        var (found, window) = (new List<string>(), Page.ViewportSize!);
        foreach (var width in (int[])[1360, 768, 390])
        {
            if (!await FitsAsync(width))
                found.Add($"wider than {width}");
            foreach (var colours in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
            {
                await Page.EmulateMediaAsync(new() { ColorScheme = colours, ReducedMotion = ReducedMotion.Reduce });
                found.AddRange((await BarriersAsync(onlyColours: colours == ColorScheme.Dark))
                    .Select(barrier => $"{width}, {colours}: {barrier}"));
            }
        }
        await Page.SetViewportSizeAsync(window.Width, window.Height);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();

    private static async Task<IBrowser> LaunchAsync() => await (await Playwright.CreateAsync()).Chromium.LaunchAsync(
        new() { ExecutablePath = Chromium, Args = ["--no-sandbox", .. s_withoutGraphics], Timeout = Patience });

    /// <summary>What axe-core finds, by all its rules or by those alone that light and dark colours differ for.</summary>
    private async Task<string[]> BarriersAsync(bool onlyColours)
    {
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
            await Page.EvaluateAsync(s_axe);
        return await Page.EvaluateAsync<string[]>("""
            async onlyColours => {
              const found = await axe.run({ resultTypes: ['violations'], ...onlyColours && { runOnly: ['color-contrast'] } });
              if (found.passes.length === 0)
                throw new Error('No rule has looked at anything.');
              return found.violations.flatMap(rule => rule.nodes.map(node => `${rule.help}: ${node.html}`));
            }
            """, onlyColours);
    }

    private void Add(bool isComplaint, string text)
    {
        if (isComplaint)
            Complaints.Enqueue(text);
    }

    private static string? OnPath(params string[] names) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}
