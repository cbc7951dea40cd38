using TcMgc.Cli.Pipeline;
using TcMgc.Client;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Training.Datasets;
using TcMgc.Training.Evaluation;

namespace TcMgc.Cli.Evaluation;

/// <summary>A search for a caption, with its response.</summary>
/// <param name="Sentence">The caption.</param>
/// <param name="Video">The video it describes.</param>
/// <param name="Expected">Id of that video in the index.</param>
internal sealed record ServedQuery(string Sentence, CaptionedVideo Video, VideoId Expected, SearchAnswer Response)
{
    /// <summary>Rank of the video among the results, from 1; null where it is not among them.</summary>
    public int? Rank { get; } = Response.Results.Index().Where(result => result.Item.Video == Expected.Value)
        .Select(result => (int?)result.Index + 1).FirstOrDefault();

    /// <summary>The first result; null where there is none.</summary>
    public SearchResult? Best => Response.Results is [var best, ..] ? best : null;
}

/// <summary>Searches for captions as users do: in files that were indexed, with a list of videos as the result.</summary>
internal static class ServedQueries
{
    /// <summary>Runs one query for each caption of the videos that could be indexed.</summary>
    /// <param name="videos">Videos with captions.</param>
    /// <param name="outcomes">Results of indexing their files.</param>
    /// <param name="request">Options of every query.</param>
    /// <param name="progress">Receives the number of queries that are done. Optional.</param>
    public static async Task<IReadOnlyList<ServedQuery>> RunAsync(SearchEngine search, IEnumerable<CaptionedVideo> videos,
        IEnumerable<FileOutcome> outcomes, SearchRequest request, IProgress<int>? progress, CancellationToken cancel)
    {
        var indexed = new Dictionary<string, VideoId>(StringComparer.Ordinal);
        foreach (var outcome in outcomes)
            if (outcome is { Status: not FileStatus.Failed, Video: { } known })
                indexed[Path.GetFullPath(outcome.Path)] = known;
        var answers = new List<ServedQuery>();
        foreach (var video in videos)
            if (indexed.TryGetValue(Path.GetFullPath(video.Path), out var expected))
                foreach (var caption in video.Captions)
                {
                    answers.Add(new(caption, video, expected, await search.SearchAsync(caption, request, cancel)));
                    progress?.Report(answers.Count);
                }
        return answers;
    }

    /// <summary>Queries whose video is among the first k, in percent.</summary>
    public static double RecallAt(this IReadOnlyList<ServedQuery> queries, int k) =>
        100.0 * queries.Count(query => query.Rank <= k) / queries.Count;

    /// <summary>
    /// Retrieval metrics over all searchable videos. Videos that are missing from a query's results share the last ranks in
    /// random order.
    /// </summary>
    /// <param name="queries">At least one.</param>
    /// <param name="searchable">All videos that can be found.</param>
    public static RetrievalMetrics Metrics(this IReadOnlyList<ServedQuery> queries, IReadOnlyCollection<VideoId> searchable)
    {
        var places = searchable.Index().ToDictionary(video => video.Item, video => video.Index);
        var scores = new SimilarityMatrix([.. queries.Select(query => places[query.Expected])], places.Count);
        foreach (var (index, query) in queries.Index())
        {
            var row = scores[index];
            row.Fill(float.NegativeInfinity);
            foreach (var (place, result) in query.Response.Results.Index())
                row[places[new(result.Video)]] = -place;
        }
        return RetrievalMetrics.TextToVideo(scores);
    }
}
