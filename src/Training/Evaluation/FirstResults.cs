using TcMgc.Model.Calibration;

namespace TcMgc.Training.Evaluation;

/// <summary>
/// Asks every question of random libraries of the videos: as often of one with a match as of one without any, since users meet
/// both. The libraries depend only on the seed.
/// </summary>
public static class FirstResults
{
    private const int Draws = 3, Seed = 1;

    /// <summary>The first result of every question in every library.</summary>
    /// <param name="questions">The questions.</param>
    /// <param name="shapes">Shape of each question's text.</param>
    /// <param name="logits">Scores with all videos, one row for each question.</param>
    /// <param name="size">Videos in a library. From the number of all videos on, all of them form the only library.</param>
    public static IReadOnlyList<FirstResult> Of(
        IReadOnlyList<Question> questions, IReadOnlyList<TextShape> shapes, SimilarityMatrix logits, int size)
    {
        var (results, random) = (new List<FirstResult>(), new Random(Seed));
        foreach (var (index, question) in questions.Index())
        {
            int[] matching = [.. Videos(question, matches: true)], other = [.. Videos(question, matches: false)];
            for (var draw = 0; draw < (size < logits.Videos ? Draws : 1); draw++)
            {
                if (matching.Length > 0)
                    results.Add(First(question, shapes[index], logits[index], WithMatch(matching, logits.Videos, size, random)));
                if (other.Length > 0)
                    results.Add(First(question, shapes[index], logits[index], Drawn(other, size, random)));
            }
        }
        return results;
    }

    /// <summary>Library sizes for a number of videos: 10, 30, 100, 300, …, and all.</summary>
    public static IReadOnlyList<int> Sizes(int videos)
    {
        var sizes = new List<int>();
        for (long ten = 10; ten < videos; ten *= 10)
            sizes.AddRange(new[] { ten, 3 * ten }.Where(size => size < videos).Select(size => (int)size));
        return [.. sizes, videos];
    }

    private static IEnumerable<int> Videos(Question question, bool matches) =>
        question.Matches.Index().Where(video => video.Item == matches).Select(video => video.Index);

    /// <summary>A library with at least one match in it.</summary>
    private static int[] WithMatch(int[] matching, int videos, int size, Random random)
    {
        var library = Drawn([.. Enumerable.Range(0, videos)], size, random);
        if (!library.Intersect(matching).Any())
            library[0] = matching[random.Next(matching.Length)];
        return library;
    }

    private static int[] Drawn(int[] videos, int size, Random random)
    {
        if (size >= videos.Length)
            return videos;
        int[] drawn = [.. videos];
        for (var i = 0; i < size; i++)
        {
            var other = random.Next(i, drawn.Length);
            (drawn[i], drawn[other]) = (drawn[other], drawn[i]);
        }
        return drawn[..size];
    }

    private static FirstResult First(Question question, TextShape shape, ReadOnlySpan<float> scores, int[] library)
    {
        var best = library[0];
        foreach (var video in library)
            if (scores[video] > scores[best])
                best = video;
        return new(question.Kind, shape, library.Length, scores[best], library.Any(video => question.Matches[video]),
            question.Matches[best]);
    }
}
