using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// The README's moving picture, where TCMGC_SCREENSHOTS names a folder; without it nothing is filmed, and what is done on the
/// page is the same.
/// </summary>
internal sealed class PageFilm(PageBrowser browser, string name) : IDisposable
{
    /// <summary>Pictures a second, and their width in pixels.</summary>
    private const int Rate = 8, Width = 900;

    private readonly IPage _page = browser.Page;
    private readonly string? _folder = Environment.GetEnvironmentVariable("TCMGC_SCREENSHOTS");
    private readonly string _pictures = Directory.CreateTempSubdirectory("tcmgc-film-").FullName;
    private int _taken;

    /// <summary>Shows the page as it is for some time.</summary>
    public async Task ShowAsync(double seconds)
    {
        if (_folder is null)
            return;
        await browser.PicturesAreThereAsync();
        var picture = await _page.ScreenshotAsync();
        for (var k = 0; k < seconds * Rate; k++)
            await File.WriteAllBytesAsync(Path.Combine(_pictures, $"{_taken++:D4}.png"), picture);
    }

    /// <summary>
    /// Fills a field; filmed, letter by letter. The page is told of the last one only: between two pictures lies more time than
    /// between two letters, and it would search for the first ones.
    /// </summary>
    public async Task TypeAsync(string field, string text)
    {
        for (var k = 1; _folder is not null && k < text.Length; k++)
        {
            await _page.Locator(field).EvaluateAsync("(input, text) => { input.value = text; }", text[..k]);
            await ShowAsync(1.0 / Rate);
        }
        await _page.Locator(field).FillAsync(text);
    }

    /// <summary>Shows the video for some seconds of its own time, from where it stands.</summary>
    public async Task PlayAsync(double seconds)
    {
        for (var k = 0; _folder is not null && k < seconds * Rate; k++)
        {
            await _page.EvaluateAsync("""
                step => new Promise(seen => {
                  const video = document.getElementById('video');
                  video.addEventListener('seeked', () => requestAnimationFrame(seen), { once: true });
                  video.currentTime += step;
                })
                """, 1.0 / Rate);
            await ShowAsync(1.0 / Rate);
        }
    }

    /// <summary>Writes what was filmed.</summary>
    public async Task WriteAsync()
    {
        if (_folder is null)
            return;
        using var run = ProgramRun.StartIn(_pictures, "ffmpeg",
        [
            "-v", "error", "-y", "-framerate", $"{Rate}", "-i", "%04d.png", "-filter_complex",
            $"scale={Width}:-2:flags=lanczos,split[a][b];[a]palettegen=max_colors=96[p];"
                + "[b][p]paletteuse=dither=none:diff_mode=rectangle",
            Path.Combine(Path.GetFullPath(_folder), name),
        ], []);
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
    }

    public void Dispose() => Directory.Delete(_pictures, recursive: true);
}
