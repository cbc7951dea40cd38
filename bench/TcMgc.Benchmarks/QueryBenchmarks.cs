using BenchmarkDotNet.Attributes;
using TcMgc.Client;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;

namespace TcMgc.Benchmarks;

/// <summary>What a query does with its 100 candidates beside the model's run.</summary>
public class QueryBenchmarks
{
    private const int Candidates = 100, PerVideo = 5;

    private readonly SearchRequest _request = new();
    private readonly Dictionary<SegmentId, SpokenSegment> _spoken = [];
    private ScoredSegment[] _scored = [];

    /// <summary>Candidates of 20 videos; in every tenth, words of the query are said.</summary>
    [GlobalSetup]
    public void Score()
    {
        var random = new Random(1);
        VideoId[] videos = [.. Enumerable.Range(0, Candidates / PerVideo).Select(_ => new VideoId(Guid.NewGuid()))];
        _scored = [.. Enumerable.Range(0, Candidates).Select(at =>
        {
            var place = new SegmentPlace(new(Guid.NewGuid()), videos[at / PerVideo], at % PerVideo, at, at + 12, [at]);
            return new ScoredSegment(place, random.NextSingle(), at);
        })];
        foreach (var (at, segment) in _scored.Index().Where(one => one.Index % 10 == 0))
            _spoken.Add(segment.Place.Id, new(1 + (at / 10), new(at, at + 2, "said", [])));
    }

    /// <summary>Grouping by video and ordering by score.</summary>
    [Benchmark]
    public int Ranked() => Ranked(new(_request));

    /// <summary>The same where words of the query are said: ranks are fused.</summary>
    [Benchmark]
    public int Fused() => Ranked(new(_request) { Spoken = _spoken, Weights = new(1, 1) });

    private int Ranked(Ranking ranking)
    {
        foreach (var segment in _scored)
            ranking.Add(segment);
        return ranking.Top().Count;
    }
}
