using System.Text.Json;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;

namespace TcMgc.Cli.Tests;

public sealed class KeysCommandTests : IDisposable
{
    private readonly ScratchFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_key_is_shown_when_it_is_made_and_never_again()
    {
        var made = await RunAsync("add", "editor", "--scopes", "search", "upload");

        var text = made[0].GetProperty("key").GetString()!;
        Assert.Equal("editor", new KeyFile(_data.File(KeyFile.Name)).Find(text)!.Name);
        var listed = Assert.Single(await RunAsync("list"));
        Assert.Equal(["search", "upload"], listed.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.False(listed.TryGetProperty("key", out _));
        Assert.False(listed.TryGetProperty("hash", out _));
    }

    [Fact]
    public async Task A_rotated_key_has_another_text_and_a_revoked_one_none()
    {
        var made = (await RunAsync("add", "player"))[0];
        var (id, former) = (made.GetProperty("id").GetString()!, made.GetProperty("key").GetString()!);
        var keys = new KeyFile(_data.File(KeyFile.Name));

        var next = (await RunAsync("rotate", id))[0].GetProperty("key").GetString()!;
        Assert.Null(keys.Find(former));
        Assert.NotNull(keys.Find(next));

        await RunAsync("revoke", id);
        Assert.Null(keys.Find(next));
        var audit = File.ReadAllLines(_data.File(AuditLog.FileName));
        Assert.Equal(["key-add", "key-rotate", "key-revoke"],
            audit.Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("action").GetString()));
        Assert.All(audit, line => Assert.Contains(id, line, StringComparison.Ordinal));
        Assert.All(audit, line => Assert.DoesNotContain(next.Split('_', 3)[2], line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_opens_the_collection_that_it_was_made_for_also_after_it_was_rotated()
    {
        await RunAsync("add", "everybody");
        var made = (await RunAsync("add", "desk", "--collection", "press"))[0];
        await RunAsync("rotate", made.GetProperty("id").GetString()!);

        Assert.Equal(["default", "press"],
            (await RunAsync("list")).Select(key => key.GetProperty("collection").GetString()));
    }

    [Theory]
    [InlineData(2, "add", "x", "--collection", "No")]
    [InlineData(1, "revoke", "000000000000")]
    [InlineData(1, "rotate", "000000000000")]
    [InlineData(2, "add", "x", "--scopes", "everything")]
    [InlineData(2, "add")]
    public async Task What_is_not_there_is_an_error(int status, params string[] arguments)
    {
        var run = await CommandRun.Of(["keys", .. arguments, "--data", _data.Path]);

        Assert.Equal(status, run.Status);
    }

    private async Task<IReadOnlyList<JsonElement>> RunAsync(params string[] arguments)
    {
        var run = await CommandRun.Of(["keys", .. arguments, "--data", _data.Path, "--json"]);
        Assert.True(run.Status == 0, run.Errors);
        return [.. JsonSerializer.Deserialize<JsonElement>(run.Output).EnumerateArray()];
    }
}
