using Microsoft.Extensions.DependencyInjection;
using TcMgc.Client;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;

namespace TcMgc.Search.Tests.Api;

public sealed class FollowTests
{
    [Fact]
    public async Task Whoever_begins_to_follow_is_told_how_far_the_stages_under_way_are()
    {
        using var model = new TinyModel();
        await using var api = await HostedApi.StartAsync(model.Model, videos: 1);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var changes = api.Services.GetRequiredService<CatalogChanges>();
        new StageProgress<double>(changes, Stages.Index, share => (api.Videos[0], share)).Report(0.42);

        var told = await new TcMgcClient(api.Http).FollowAsync(limit.Token).Take(2).ToListAsync(limit.Token);

        Assert.Equal([VideoEventKind.Ready, VideoEventKind.Progress], told.Select(one => one.Kind));
        Assert.Equal((api.Videos[0].Value, "index", 42), (told[1].Id, told[1].Stage, told[1].Percent));
    }
}
