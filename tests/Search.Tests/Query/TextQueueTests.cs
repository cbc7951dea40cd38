using System.Collections.Concurrent;
using TcMgc.Model;
using TcMgc.Search.Query;

namespace TcMgc.Search.Tests.Query;

public sealed class TextQueueTests : IDisposable
{
    private readonly TaskCompletionSource _begun = new(), _release = new();
    private readonly ConcurrentQueue<string> _runs = [];
    private readonly ModelThreads _model = new(processors: 1);
    private readonly TextQueue _queue;

    public TextQueueTests() => _queue = new(Encode, _model);

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task Texts_that_come_one_after_the_other_have_a_run_each()
    {
        _release.SetResult();

        Assert.Equal("one", Names(await _queue.EncodeAsync(["one"], default)));
        Assert.Equal("two", Names(await _queue.EncodeAsync(["two"], default)));
        Assert.Equal(["one", "two"], _runs);
    }

    [Fact]
    public async Task Texts_that_wait_share_the_next_run_and_each_caller_gets_its_own()
    {
        var first = await BeginAsync("first");
        var second = _queue.EncodeAsync(["second"], default).AsTask();
        var others = _queue.EncodeAsync(["third", "fourth"], default).AsTask();

        _release.SetResult();

        Assert.Equal("first", Names(await first));
        Assert.Equal("third fourth", Names(await others));
        Assert.Equal("second", Names(await second));
        Assert.Equal(["first", "second third fourth"], _runs);
    }

    [Fact]
    public async Task A_run_takes_no_more_than_enough_texts()
    {
        var first = await BeginAsync("first");
        Task<IEnumerable<TextFeatures>>[] waiting =
            [.. Enumerable.Range(0, 20).Select(at => _queue.EncodeAsync([$"{at}"], default).AsTask())];

        _release.SetResult();

        await first;
        var encoded = await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, 20).Select(at => $"{at}"), encoded.Select(Names));
        Assert.Equal([1, 16, 4], _runs.Select(run => run.Split(' ').Length));
    }

    [Fact]
    public async Task A_run_that_fails_fails_its_own_texts_alone()
    {
        var first = await BeginAsync("bad");
        var second = _queue.EncodeAsync(["second"], default).AsTask();

        _release.SetResult();

        await Assert.ThrowsAsync<ModelException>(() => first);
        Assert.Equal("second", Names(await second));
        Assert.Equal("third", Names(await _queue.EncodeAsync(["third"], default)));
    }

    [Fact]
    public async Task Who_gives_up_waiting_takes_nobody_along()
    {
        using var cancel = new CancellationTokenSource();
        var first = await BeginAsync("first");
        var second = _queue.EncodeAsync(["second"], cancel.Token).AsTask();
        var third = _queue.EncodeAsync(["third"], default).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _release.SetResult();
        Assert.Equal("first", Names(await first));
        Assert.Equal("third", Names(await third));
    }

    /// <summary>Encodes a text; returns once that has begun. The run ends when it is released.</summary>
    private async Task<Task<IEnumerable<TextFeatures>>> BeginAsync(string text)
    {
        var encoding = _queue.EncodeAsync([text], default).AsTask();
        await _begun.Task;
        return encoding;
    }

    private IReadOnlyList<TextFeatures> Encode(IReadOnlyList<string> texts, int processors)
    {
        _runs.Enqueue(string.Join(' ', texts));
        _begun.TrySetResult();
        _release.Task.Wait();
        return texts.Contains("bad") ? throw new ModelException("bad")
            : [.. texts.Select(text => new TextFeatures([], [], [], [.. text.Select(letter => (long)letter)]))];
    }

    private static string Names(IEnumerable<TextFeatures> encoded) => string.Join(' ',
        encoded.Select(features => string.Concat(features.Tokens.Select(letter => (char)letter))));
}
