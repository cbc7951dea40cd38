using TcMgc.Cli.Pipeline;
using TcMgc.Search;
using TcMgc.Shared;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;

namespace TcMgc.Cli.Evaluation;

/// <summary>A caption put to the search as served, and what came of it.</summary>
/// <param name="Sentence">The caption.</param>
/// <param name="Video">The video it describes.</param>
/// <param name="Wanted">The same video in the index.</param>
/// <param name="Response">The search's answer.</param>
internal sealed record ServedQuery(string Sentence, CaptionedVideo Video, VideoId Wanted, SearchResponse Response)
{
    /// <summary>Place of the video among the results, from 1; null where it is not among them.</summary>
    public int? Rank { get; } = Response.Results.Index().Where(result => result.Item.Video == Wanted)
        .Select(result => (int?)result.Index + 1).FirstOrDefault();

    /// <summary>The first result; null where there is none.</summary>
    public VideoResult? Best => Response.Results is [var best, ..] ? best : null;
}

/// <summary>Puts captions to the search as any user does: files were indexed, the answer is a list of videos.</summary>
internal static class ServedQueries
{
    /// <summary>One query a caption of each video that could be indexed.</summary>
    /// <param name="search">The search.</param>
    /// <param name="videos">Videos with captions.</param>
    /// <param name="outcomes">What indexing made of their files.</param>
    /// <param name="request">How much of an answer is wanted.</param>
    /// <param name="progress">Hears how many were answered.</param>
    /// <param name="cancel">Stops.</param>
    public static async Task<IReadOnlyList<ServedQuery>> RunAsync(SearchEngine search, IEnumerable<CaptionedVideo> videos,
        IEnumerable<FileOutcome> outcomes, SearchRequest request, IProgress<int>? progress, CancellationToken cancel)
    {
        var indexed = new Dictionary<string, VideoId>(StringComparer.Ordinal);
        foreach (var outcome in outcomes)
            if (outcome is { Status: not FileStatus.Failed, Video: { } known })
                indexed[Path.GetFullPath(outcome.Path)] = known;
        var answers = new List<ServedQuery>();
        foreach (var video in videos)
            if (indexed.TryGetValue(Path.GetFullPath(video.Path), out var wanted))
                foreach (var caption in video.Captions)
                {
                    answers.Add(new(caption, video, wanted, await search.SearchAsync(caption, request, cancel)));
                    progress?.Report(answers.Count);
                }
        return answers;
    }

    /// <summary>Queries whose video is among the first k, in percent.</summary>
    public static double RecallAt(this IReadOnlyList<ServedQuery> queries, int k) =>
        100.0 * queries.Count(query => query.Rank <= k) / queries.Count;

    /// <summary>
    /// How well the videos are found among all that can be. A video that is not among the results counts as if all that are
    /// not were in random order.
    /// </summary>
    /// <param name="queries">At least one.</param>
    /// <param name="searchable">The videos that can be found.</param>
    public static RetrievalMetrics Metrics(this IReadOnlyList<ServedQuery> queries, IReadOnlyCollection<VideoId> searchable)
    {
        var places = searchable.Index().ToDictionary(video => video.Item, video => video.Index);
        var scores = new SimilarityMatrix([.. queries.Select(query => places[query.Wanted])], places.Count);
        foreach (var (index, query) in queries.Index())
        {
            var row = scores[index];
            row.Fill(float.NegativeInfinity);
            foreach (var (place, result) in query.Response.Results.Index())
                row[places[result.Video]] = -place;
        }
        return RetrievalMetrics.TextToVideo(scores);
    }
}
