using TcMgc.Model;

namespace TcMgc.Search.Query;

/// <summary>
/// Encodes the texts of all searches. Those that come while the model is busy share its next run, which takes less time than one
/// for each. Safe for concurrent use.
/// </summary>
/// <param name="encode">Texts to the features of each, in one run, on so many processors.</param>
/// <param name="model">Where it runs.</param>
internal sealed class TextQueue(Func<IReadOnlyList<string>, int, IReadOnlyList<TextFeatures>> encode, ModelThreads model)
{
    /// <summary>
    /// Texts from which on a run takes no more: the time of each falls little further, and the first waits for all.
    /// </summary>
    private const int Enough = 16;

    private readonly Lock _gate = new();
    private Run? _open;

    /// <summary>The features of each text, in their order.</summary>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="cancel">Ends the wait; the run goes on for the others.</param>
    public async ValueTask<IEnumerable<TextFeatures>> EncodeAsync(IReadOnlyCollection<string> texts, CancellationToken cancel)
    {
        var (run, first) = Join(texts);
        return (await run.Encoded.WaitAsync(cancel)).Skip(first).Take(texts.Count);
    }

    /// <summary>The run that texts have joined, and the first one's place in it.</summary>
    private (Run Run, int First) Join(IReadOnlyCollection<string> texts)
    {
        lock (_gate)
        {
            var run = _open ??= Begin();
            var first = run.Texts.Count;
            run.Texts.AddRange(texts);
            if (run.Texts.Count >= Enough)
                _open = null;
            return (run, first);
        }
    }

    private Run Begin()
    {
        var run = new Run();
        run.Encoded = model.RunAsync(processors => Encode(run, processors));
        return run;
    }

    private IReadOnlyList<TextFeatures> Encode(Run run, int processors)
    {
        lock (_gate)
            if (_open == run)
                _open = null;
        return encode(run.Texts, processors);
    }

    private sealed class Run
    {
        public List<string> Texts { get; } = [];

        /// <summary>Their features.</summary>
        public Task<IReadOnlyList<TextFeatures>> Encoded { get; set; } = null!;
    }
}
