using System.Text;
using Microsoft.Extensions.DependencyInjection;
using TcMgc.Shared.Blobs;
using TcMgc.Stores.Blobs;

namespace TcMgc.Search.Tests.Api;

/// <summary>Whatever a player asks for of an original: bytes of it, or a refusal.</summary>
public sealed class RangeFuzzTests : IAsyncLifetime
{
    private const int Trials = 300;

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-range-fuzz-").FullName;
    private readonly TinyModel _model = new();
    private HostedApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        var blobs = new FolderBlobStore(_folder);
        _api = await HostedApi.StartAsync(_model.Model, videos: 1, services => services.AddSingleton<IBlobStore>(blobs));
        await blobs.WriteAsync($"originals/{_api.Videos[0]}", (blob, token) => blob.WriteAsync(new byte[1000], token), default);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("Range", "bytes=0-99")]
    [InlineData("Range", "bytes=5-,-7,10-20")]
    [InlineData("If-Range", "\"tag\"")]
    [InlineData("If-None-Match", "W/\"tag\", *")]
    [InlineData("If-Modified-Since", "Sun, 29 Nov 2026 00:00:00 GMT")]
    public void A_mutated_range_is_answered(string name, string value)
    {
        using var http = AnyRequest.Client(_api.Http.BaseAddress!.ToString());
        var path = $"/api/v1/videos/{_api.Videos[0]}/stream";
        (string, string)[] valid = [("Range", "bytes=0-99")];
        Assert.Equal(206, AnyRequest.Send(http, "GET", path, valid));

        Mutations.Check(Encoding.Latin1.GetBytes(value), Trials, bytes =>
        {
            var header = AnyRequest.HeaderOf(bytes);
            AnyRequest.AssertClear(
                AnyRequest.Send(http, "GET", path, [.. valid.Where(other => other.Item1 != name), (name, header)]), header);
        });
    }
}
