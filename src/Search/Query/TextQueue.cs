using TcMgc.Model;

namespace TcMgc.Search.Query;

/// <summary>
/// Encodes the texts of all searches. Those that come while a run is under way wait for its end and share the next one, which
/// takes less time than a run for each; those that come while none is are encoded at once. Safe for concurrent use.
/// </summary>
/// <param name="encode">Texts to the features of each, in one run.</param>
internal sealed class TextQueue(Func<IReadOnlyList<string>, IReadOnlyList<TextFeatures>> encode)
{
    /// <summary>
    /// Texts from which on a run takes no more: the time of each falls little further, and the first waits for all.
    /// </summary>
    private const int Enough = 16;

    private readonly Lock _gate = new();
    private Run? _last;

    /// <summary>The features of each text, in their order.</summary>
    /// <param name="texts">The texts, at least one.</param>
    /// <param name="cancel">Ends the wait; the run goes on for the others.</param>
    public async ValueTask<IEnumerable<TextFeatures>> EncodeAsync(IReadOnlyCollection<string> texts, CancellationToken cancel)
    {
        var (run, first, isIdle) = Join(texts);
        if (isIdle)
            run.Encoded.RunSynchronously(TaskScheduler.Default); // Here: another thread would have to wake up first.
        return (await run.Encoded.WaitAsync(cancel)).Skip(first).Take(texts.Count);
    }

    /// <summary>The run that texts have joined, the first one's place in it, and whether it is the caller's to start.</summary>
    private (Run Run, int First, bool IsIdle) Join(IEnumerable<string> texts)
    {
        lock (_gate)
        {
            var isIdle = _last is not { Encoded.IsCompleted: false };
            var run = isIdle || !_last!.IsOpen ? new(Encode) : _last;
            if (!isIdle && run != _last)
                _last!.Encoded.ContinueWith(_ => run.Encoded.Start(TaskScheduler.Default), TaskScheduler.Default);
            var first = run.Texts.Count;
            run.Texts.AddRange(texts);
            run.IsOpen = run.Texts.Count < Enough;
            _last = run;
            return (run, first, isIdle);
        }
    }

    private IReadOnlyList<TextFeatures> Encode(Run run)
    {
        lock (_gate)
            run.IsOpen = false;
        return encode(run.Texts);
    }

    private sealed class Run
    {
        public Run(Func<Run, IReadOnlyList<TextFeatures>> encode) =>
            Encoded = new(() => encode(this), TaskCreationOptions.RunContinuationsAsynchronously);

        public List<string> Texts { get; } = [];

        /// <summary>Whether it takes more texts.</summary>
        public bool IsOpen { get; set; } = true;

        /// <summary>Their features.</summary>
        public Task<IReadOnlyList<TextFeatures>> Encoded { get; }
    }
}
