using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>/docs</c>: the description of the endpoints as a page.</summary>
public sealed class ApiPageTests(Workplace place) : IClassFixture<Workplace>
{
    [BrowserFact]
    public async Task An_operation_is_found_and_tried_on_a_page_that_asks_no_other_host()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        await using var browser = await PageBrowser.OpenAsync(new Uri(run.Http.BaseAddress!, "/docs"));
        var page = browser.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "search", Exact = true }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Find the moments" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText($"curl {run.Http.BaseAddress}api/v1/search").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "The videos that a filter leaves" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Test Request (get /api/v1/videos)" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send get request" }).ClickAsync();
        await Assertions.Expect(page.GetByText("200 OK").First).ToBeVisibleAsync();

        Assert.Empty(browser.Complaints); // Nor does the page's policy refuse what it does.
    }

    [Fact]
    public async Task The_page_runs_only_scripts_of_its_own_answer()
    {
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        var (first, page) = await PolicyAsync(run);
        var (second, _) = await PolicyAsync(run);

        Assert.Matches("^default-src 'self'; script-src 'nonce-[0-9A-F]{32}';", first);
        Assert.NotEqual(first, second);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal); // Names no other host.
    }

    private static async Task<(string Policy, string Page)> PolicyAsync(ServeRun run)
    {
        using var answer = await run.Http.GetAsync("/docs/");
        return (answer.Headers.GetValues("Content-Security-Policy").Single(), await answer.Content.ReadAsStringAsync());
    }
}
