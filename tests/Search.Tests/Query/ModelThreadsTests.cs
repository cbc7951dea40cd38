using TcMgc.Search.Query;

namespace TcMgc.Search.Tests.Query;

/// <summary>How runs of the model divide the processors.</summary>
public sealed class ModelThreadsTests
{
    [Fact]
    public async Task A_run_that_is_alone_has_all_processors_and_runs_side_by_side_share_them()
    {
        using var threads = new ModelThreads(processors: 4);
        using var release = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();

        var alone = threads.RunAsync(processors =>
        {
            begun.SetResult();
            release.Wait();
            return processors;
        });
        await begun.Task;
        var beside = await threads.RunAsync(processors => processors);
        release.Set();

        Assert.Equal((4, 2), (await alone, beside));
    }

    [Fact]
    public async Task Runs_that_are_more_than_the_processors_have_one_each()
    {
        using var threads = new ModelThreads(processors: 2);

        var shares = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => threads.RunAsync(processors => processors)));

        Assert.All(shares, share => Assert.InRange(share, 1, 2));
    }
}
