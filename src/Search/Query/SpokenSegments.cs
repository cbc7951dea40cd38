using TcMgc.Client;
using TcMgc.Shared;
using TcMgc.Shared.Transcripts;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Search.Query;

/// <summary>The segments in which words of a query are said.</summary>
internal sealed class SpokenSegments(
    ITranscriptIndex transcripts, CollectionId collection, IVectorIndex index, string modelId, ShownVideos shown)
{
    private const int MostMatches = 200, MostCues = 100;

    /// <summary>A cue, and the range of its video's segments in which the one where it is said must lie.</summary>
    private sealed class Sought(CueMatch match, int segments)
    {
        public CueMatch Match => match;

        public int Low { get; set; }

        public int High { get; set; } = segments - 1;

        public bool IsFound => Low == High;

        public int Middle => (Low + High + 1) / 2;
    }

    /// <summary>Finds them: cues by full-text search, each one's segment by its time.</summary>
    public async ValueTask<Dictionary<SegmentId, SpokenSegment>> FindAsync(
        IEnumerable<string> texts, VideoId? video, CancellationToken cancel)
    {
        var sought = new List<Sought>();
        foreach (var match in transcripts.Search(collection, texts, video, MostMatches))
            if (sought.Count < MostCues
                && await shown.FindAsync(match.Video, cancel) is { Segments: { } count and > 0 })
                sought.Add(new(match, count));
        while (sought.Any(cue => !cue.IsFound))
            await HalveAsync(sought, cancel);
        return sought.GroupBy(cue => Id(cue, cue.Low)).Index().ToDictionary(segment => segment.Item.Key, segment =>
            new SpokenSegment(segment.Index + 1, [.. segment.Item.Select(cue => Said(cue.Match))]));
    }

    /// <summary>
    /// Halves the segments among which each cue's is searched, with one fetch for all: the index may be a server.
    /// </summary>
    private async ValueTask HalveAsync(List<Sought> sought, CancellationToken cancel)
    {
        var middles = sought.Where(cue => !cue.IsFound).Select(cue => Id(cue, cue.Middle)).Distinct().ToList();
        var starts = (await index.FetchPlacesAsync(middles, cancel)).ToDictionary(place => place.Id, place => place.Start);
        sought.RemoveAll(cue => !cue.IsFound && !starts.ContainsKey(Id(cue, cue.Middle))); // Deleted meanwhile.
        foreach (var cue in sought.Where(cue => !cue.IsFound))
            if (starts[Id(cue, cue.Middle)] <= (cue.Match.Cue.Start + cue.Match.Cue.End) / 2)
                cue.Low = cue.Middle;
            else
                cue.High = cue.Middle - 1;
    }

    private static Client.SaidWords Said(CueMatch match) => new(match.Cue.Start, match.Cue.End, match.Cue.Text,
        [.. match.Words.Select(word => new Client.TextSpan(word.Start, word.Length))]);

    private SegmentId Id(Sought cue, int at) => SegmentId.Of(cue.Match.Video, modelId, at);
}
