using System.Text.Json;
using TcMgc.Shared;
using TcMgc.Shared.Events;
using TcMgc.Shared.Tests.Events;
using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

public sealed class CollectionsCommandTests : IAsyncLifetime
{
    private readonly ScratchFolder _data = new();

    public async ValueTask InitializeAsync()
    {
        using var folder = await DataFolder.OpenAsync(_data.Path, TimeProvider.System, default);
        var press = CollectionId.Parse("press");
        await folder.Events.AppendAsync(SampleEvents.Uploaded(1), default);
        foreach (var number in new[] { 1, 2 })
        {
            VideoUploaded upload = SampleEvents.Uploaded(number);
            await folder.Events.AppendAsync(upload with
            {
                Collection = press,
                VideoId = VideoId.FromSha256(Convert.FromHexString(upload.Sha256), press),
            }, default);
        }
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return default;
    }

    [Fact]
    public async Task Collections_are_listed_with_what_they_hold_and_commands_are_about_one()
    {
        Assert.Equal([("default", 1, 1001), ("press", 2, 2003)], (await RunAsync("collections")).EnumerateArray().Select(one => (
            one.GetProperty("collection").GetString()!, one.GetProperty("videos").GetInt32(),
            one.GetProperty("bytes").GetInt32())));
        Assert.Equal(1, (await RunAsync("videos")).GetArrayLength());
        Assert.Equal(2, (await RunAsync("videos", "--collection", "press")).GetArrayLength());

        Assert.Equal(1, (await RunAsync("remove", "clip.mp4")).GetArrayLength());
        Assert.Equal(1, (await CommandRun.Of("remove", "clip.mp4", "--collection", "press", "--data", _data.Path)).Status);

        Assert.Equal(["press"],
            (await RunAsync("collections")).EnumerateArray().Select(one => one.GetProperty("collection").GetString()));
    }

    [Theory]
    [InlineData("search", "dog")]
    [InlineData("videos")]
    public async Task A_collection_that_is_not_there_is_refused_with_the_names_of_those_that_are(params string[] command)
    {
        var (status, output, errors) = await CommandRun.Of([.. command, "--collection", "nope", "--data", _data.Path]);

        Assert.Equal((1, "", "tcmgc: there is no collection 'nope'; those with videos are default, press" + Environment.NewLine),
            (status, output, errors));
    }

    [Fact]
    public async Task What_is_no_name_of_a_collection_is_refused_with_the_form()
    {
        var (status, _, errors) = await CommandRun.Of("videos", "--collection", "No", "--data", _data.Path);

        Assert.Equal(2, status);
        Assert.Contains("a letter first", errors, StringComparison.Ordinal);
    }

    private async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var (status, output, errors) = await CommandRun.Of([.. arguments, "--data", _data.Path, "--json"]);
        Assert.True(status == 0, errors);
        return JsonSerializer.Deserialize<JsonElement>(output);
    }
}
