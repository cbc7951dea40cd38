using System.Net;
using TcMgc.Hosting;

namespace TcMgc.Ingest.Tests;

public sealed class ReadinessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-ingest-ready-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Ingest_is_ready_while_Qdrant_is_away()
    {
        string[] settings =
        [
            "--Data", _folder, "--Urls", "http://127.0.0.1:0", "--Vectors", "qdrant", "--Qdrant:Url", "http://127.0.0.1:9",
        ];
        var builder = ServiceProgram.CreateBuilder(settings, "test");
        await builder.AddStorageAsync();
        builder.AddUploads();
        builder.AddDecoding();
        builder.AddRemoval();
        await using var app = builder.BuildService();
        await app.StartAsync();
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        HttpResponseMessage ready;
        while (!(ready = await http.GetAsync("/readyz")).IsSuccessStatusCode
            && (await ready.Content.ReadAsStringAsync()).Contains("the catalog reads", StringComparison.Ordinal))
            ready.Dispose();

        Assert.True(ready.StatusCode == HttpStatusCode.OK, await ready.Content.ReadAsStringAsync());
        await app.StopAsync();
    }
}
