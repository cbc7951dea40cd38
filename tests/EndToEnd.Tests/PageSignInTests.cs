using System.Text.Json;
using Microsoft.Playwright;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The page of a service that needs keys.</summary>
public sealed class PageSignInTests(Workplace place) : IClassFixture<Workplace>
{
    [BrowserFact]
    public async Task A_person_signs_in_with_a_key_and_stays_signed_in()
    {
        var data = place.New("data");
        var made = await CommandRun.Of(
            "keys", "add", "desk", "--scopes", "search", "upload", "admin", "--data", data, "--json");
        var key = JsonSerializer.Deserialize<JsonElement>(made.Output)[0].GetProperty("key").GetString()!;
        using var run = await ServeRun.StartAsync(place, data, "Access:Keys=always");
        await using var browser = await PageBrowser.OpenAsync(run);
        var dialog = browser.Page.GetByRole(AriaRole.Dialog, new() { Name = "Sign in" });

        await dialog.GetByLabel("Key").FillAsync("tcmgc_000000000000_wrong");
        await dialog.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(dialog.GetByRole(AriaRole.Alert)).ToHaveTextAsync("This key is not valid.");
        await browser.HasNoBarrierAsync();

        await dialog.GetByLabel("Key").FillAsync(key);
        await dialog.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await Assertions.Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = "Add videos" }).First).ToBeVisibleAsync();

        await browser.Page.ReloadAsync();
        await Assertions.Expect(browser.Page.GetByRole(AriaRole.Button, new() { Name = "Add videos" }).First).ToBeVisibleAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }
}
