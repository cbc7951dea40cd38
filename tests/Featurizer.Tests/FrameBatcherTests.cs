using TcMgc.Shared;

namespace TcMgc.Featurizer.Tests;

public sealed class FrameBatcherTests : IClassFixture<FrameBatcherTests.Shared>, IAsyncLifetime
{
    private readonly Shared _shared;
    private readonly List<FrameBatcher> _batchers = [];

    public FrameBatcherTests(Shared shared) => _shared = shared;

    public sealed class Shared : IDisposable
    {
        internal TinyModel Tiny { get; } = new();

        public void Dispose() => Tiny.Dispose();
    }

    /// <summary>Time stands still: whoever waits for it waits for ever.</summary>
    private sealed class StandingTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer();

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }

    private FrameBatcher Batcher(int batch, TimeProvider? time = null)
    {
        var batcher = new FrameBatcher(_shared.Tiny.Model, time ?? new StandingTime(),
            new() { FrameBatch = batch, BatchWait = TimeSpan.FromMilliseconds(1) });
        _batchers.Add(batcher);
        return batcher;
    }

    private byte[] Pixels(int seed, int frames)
    {
        var pixels = new byte[frames * _shared.Tiny.Model.FrameBytes];
        new Random(seed).NextBytes(pixels);
        return pixels;
    }

    private (FrameRequest Request, float[] Embeddings, float[] Alone) Request(int seed, int frames)
    {
        var (pixels, width) = (Pixels(seed, frames), _shared.Tiny.Model.Width);
        var (embeddings, alone) = (new float[frames * width], new float[frames * width]);
        for (var frame = 0; frame < frames; frame++)
            _shared.Tiny.Model.EncodeFrames(pixels.AsSpan(frame * _shared.Tiny.Model.FrameBytes), 1, alone.AsSpan(frame * width));
        return (new(pixels, embeddings, frames, isLast: true, CancellationToken.None), embeddings, alone);
    }

    private static void Same(float[] expected, float[] actual) =>
        Assert.Equal(expected, actual, (one, other) => Math.Abs(one - other) < 1e-4f);

    [Fact(Timeout = 60_000)]
    public async Task Frames_of_two_videos_share_a_batch_and_each_gets_its_own()
    {
        var batcher = Batcher(8);
        using var first = batcher.Open();
        using var second = batcher.Open();
        var (one, other) = (Request(1, 3), Request(2, 4));

        await batcher.SendAsync(one.Request);
        Assert.False(one.Request.Done.IsCompleted);
        await batcher.SendAsync(other.Request);
        await Task.WhenAll(one.Request.Done, other.Request.Done);

        Assert.Equal((7, 7), (await one.Request.Started, await other.Request.Started));
        Same(one.Alone, one.Embeddings);
        Same(other.Alone, other.Embeddings);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_single_video_waits_for_nobody()
    {
        var batcher = Batcher(8);
        var embeddings = new float[3 * _shared.Tiny.Model.Width];
        using var feed = batcher.Open();

        await feed.EncodeAsync(Pixels(1, 3), embeddings, 3, isLast: false, default);
        await feed.EncodeAsync(Pixels(2, 3), embeddings, 3, isLast: true, default);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_threads_that_encode_let_queries_go_first()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "threads have a priority of their own on Linux only");
        var batcher = Batcher(4);
        using var feed = batcher.Open();
        await feed.EncodeAsync(Pixels(1, 4), new float[4 * _shared.Tiny.Model.Width], 4, isLast: true, default);

        // The fields of a thread's stat behind its name in parentheses; the 17th of them is its nice value.
        var nice = Directory.EnumerateDirectories("/proc/self/task").Select(task => File.ReadAllText(task + "/stat"))
            .Where(stat => stat.Contains($"({FrameBatcher.ThreadName})", StringComparison.Ordinal))
            .Select(stat => stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16]).ToList();

        Assert.NotEmpty(nice);
        Assert.All(nice, value => Assert.Equal($"{BackgroundPriority.Nice}", value));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_full_batch_does_not_wait_for_a_video_on_its_way()
    {
        var batcher = Batcher(4);
        using var slow = batcher.Open();
        using var feed = batcher.Open();
        var full = Request(1, 4);

        await batcher.SendAsync(full.Request);
        await full.Request.Done;

        Same(full.Alone, full.Embeddings);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_video_on_its_way_is_not_waited_for_beyond_the_limit()
    {
        var batcher = Batcher(4, TimeProvider.System);
        using var slow = batcher.Open();
        using var feed = batcher.Open();
        var request = Request(1, 3);

        await batcher.SendAsync(request.Request);
        await request.Request.Done;

        Assert.Equal(3, await request.Request.Started);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_video_that_ends_otherwise_is_not_waited_for()
    {
        var batcher = Batcher(4);
        var given = batcher.Open();
        using var feed = batcher.Open();
        var request = Request(1, 3);
        await batcher.SendAsync(request.Request);

        given.Dispose();

        await request.Request.Done;
    }

    [Fact(Timeout = 60_000)]
    public async Task More_frames_than_a_batch_are_spread_over_several()
    {
        var batcher = Batcher(4);
        using var first = batcher.Open();
        using var second = batcher.Open();
        var (one, other) = (Request(1, 3), Request(2, 7));

        await batcher.SendAsync(one.Request);
        await batcher.SendAsync(other.Request);
        await Task.WhenAll(one.Request.Done, other.Request.Done);

        Assert.Equal(4, await other.Request.Started);
        Same(one.Alone, one.Embeddings);
        Same(other.Alone, other.Embeddings);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cancelled_video_is_left_out_and_the_others_go_on()
    {
        var batcher = Batcher(4);
        using var first = batcher.Open();
        using var second = batcher.Open();
        var one = Request(1, 3);
        await batcher.SendAsync(one.Request);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await second.EncodeAsync(Pixels(2, 1), new float[_shared.Tiny.Model.Width], 1, isLast: false, new(canceled: true)));
        second.Dispose();

        await one.Request.Done;
        Same(one.Alone, one.Embeddings);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_when_it_ends_is_cancelled()
    {
        var batcher = Batcher(4);
        using var slow = batcher.Open();
        using var feed = batcher.Open();
        var request = Request(1, 3);
        await batcher.SendAsync(request.Request);

        _batchers.Clear();
        await batcher.DisposeAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request.Request.Done);
    }

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        foreach (var batcher in _batchers)
            await batcher.DisposeAsync();
    }
}
