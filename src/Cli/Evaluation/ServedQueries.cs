using TcMgc.Model.Datasets;
using TcMgc.Search;
using TcMgc.Shared.Events;

namespace TcMgc.Cli.Evaluation;

/// <summary>A sentence put to the search as served, and what came of it.</summary>
/// <param name="Sentence">The sentence.</param>
/// <param name="Wanted">File of the video it describes.</param>
/// <param name="Rank">Place of that video among the results, from 1; null where it is not among them.</param>
/// <param name="Best">The first result; null where there is none.</param>
internal sealed record ServedQuery(string Sentence, string Wanted, int? Rank, VideoResult? Best);

/// <summary>Puts captions to the search as any user does: files were indexed, the answer is a list of videos.</summary>
internal static class ServedQueries
{
    /// <summary>One query a caption.</summary>
    public static async Task<IReadOnlyList<ServedQuery>> RunAsync(SearchEngine search, IEnumerable<CaptionedVideo> videos, int top, IProgress<int>? progress, CancellationToken cancel)
    {
        var answers = new List<ServedQuery>();
        foreach (var video in videos)
            foreach (var caption in video.Captions)
            {
                var response = await search.SearchAsync(caption, new() { Top = top, SegmentsEach = 1 }, cancel);
                var wanted = Path.GetFullPath(video.Path);
                var place = response.Results.Index().Where(result => FileSource.PathIn(result.Item.Source) == wanted).Select(result => (int?)result.Index + 1).FirstOrDefault();
                answers.Add(new(caption, wanted, place, response.Results is [var best, ..] ? best : null));
                progress?.Report(answers.Count);
            }
        return answers;
    }

    /// <summary>Queries whose video is among the first k, in percent.</summary>
    public static double RecallAt(this IReadOnlyList<ServedQuery> queries, int k) => 100.0 * queries.Count(query => query.Rank <= k) / queries.Count;
}
