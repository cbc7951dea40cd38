using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Hosting.Limits;
using TcMgc.Media;

namespace TcMgc.Search.Tests.Api;

[UnsupportedOSPlatform("windows")]
public sealed class ImageLimitTests : IDisposable
{
    private const int AtOnce = 5;

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Images_that_are_searched_for_are_decoded_as_few_at_a_time_as_the_limit_says()
    {
        using var model = new TinyModel();
        await using var api = await HostedApi.StartAsync(model.Model, videos: 1, services => services
            .AddSingleton(new LimitOptions { ImagesAtATime = 1 })
            .AddSingleton(new StillDecoder(new() { Ffmpeg = SlowFfmpeg() })));

        var asked = Enumerable.Range(0, AtOnce)
            .Select(_ => api.Http.PostAsJsonAsync("/api/v1/search", new { image = new byte[100] })).ToList();
        while (Runs().Length == 0)
            await Task.Delay(5);
        File.WriteAllText(_folder.File("gate"), "");

        Assert.All(await Task.WhenAll(asked), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(Enumerable.Repeat<string[]>(["begin", "end"], AtOnce).SelectMany(run => run), Runs());
    }

    private string[] Runs() => File.Exists(_folder.File("runs")) ? File.ReadAllLines(_folder.File("runs")) : [];

    /// <summary>A program that gives a black picture once there is a file 'gate'.</summary>
    private string SlowFfmpeg()
    {
        var path = _folder.File("ffmpeg");
        File.WriteAllText(path, $"""
            #!/bin/sh
            cd '{_folder.Path}'
            echo begin >> runs
            while [ ! -e gate ]; do sleep 0.01; done
            echo end >> runs
            head -c 1000000 /dev/zero
            """);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
