using TcMgc.Model.Calibration;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Evaluation;

/// <summary>What a dataset asks of its videos.</summary>
internal static class DatasetQuestions
{
    /// <summary>
    /// Every caption, true of its own video alone; of the drawn world also what <see cref="WorldQuestions"/> knows.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="split">Which part of it; calibrations are fitted on validation videos, and tested on others.</param>
    /// <param name="videos">The videos of that part that there is anything to ask of.</param>
    public static IReadOnlyList<Question> Of(Dataset dataset, Split split, IReadOnlyList<CaptionedVideo> videos) =>
        DatasetCard.Find(dataset.Root)?.World is { } world
            ? [.. WorldQuestions.Of(
                [.. videos.Select(video => world.Video(split, Number(video)))], split == Split.Validation ? 0 : 1)]
            : [.. videos.SelectMany((video, own) => video.Captions.Select(caption =>
                new Question("sentence", caption, [.. Enumerable.Range(0, videos.Count).Select(other => other == own)])))];

    private static int Number(CaptionedVideo video) => SyntheticDataset.NumberOf(video.Id);
}
