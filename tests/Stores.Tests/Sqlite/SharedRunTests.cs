using TcMgc.Stores.Sqlite;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class SharedRunTests
{
    [Fact]
    public async Task Whoever_waits_takes_no_thread_and_shares_the_run_under_way()
    {
        var (runs, end) = (0, new TaskCompletionSource());
        var shared = new SharedRun<int>(() =>
        {
            var run = ++runs;
            end.Task.Wait();
            return run;
        });

        var waiting = Enumerable.Range(0, 100).Select(_ => shared.JoinAsync()).ToList(); // Each call returns at once.
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        end.SetResult();

        Assert.All(await Task.WhenAll(waiting), run => Assert.Equal(1, run));
        Assert.Equal(2, await shared.JoinAsync());
    }

    [Fact]
    public async Task A_run_that_fails_is_begun_again()
    {
        var runs = 0;
        var shared = new SharedRun<int>(() => ++runs == 1 ? throw new IOException("once") : runs);

        await Assert.ThrowsAsync<IOException>(shared.JoinAsync);

        Assert.Equal(2, await shared.JoinAsync());
        shared.Wait();
    }
}
