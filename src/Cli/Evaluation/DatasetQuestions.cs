using TcMgc.Model.Calibration;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Evaluation;

/// <summary>The questions with known answers that a dataset provides for its videos.</summary>
internal static class DatasetQuestions
{
    /// <summary>
    /// Every caption, which is right for its own video only. For the drawn world, the questions of <see cref="WorldQuestions"/>.
    /// </summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="split">Part of the dataset: calibrations are fitted on validation videos and tested on test videos.</param>
    /// <param name="videos">Videos of that part that have frames.</param>
    public static IReadOnlyList<Question> Of(Dataset dataset, Split split, IReadOnlyList<CaptionedVideo> videos) =>
        DatasetCard.Find(dataset.Root)?.World is { } world
            ? [.. WorldQuestions.Of(
                [.. videos.Select(video => world.Video(split, Number(video)))], split == Split.Validation ? 0 : 1)]
            : [.. videos.SelectMany((video, own) => video.Captions.Select(caption =>
                new Question("sentence", caption, [.. Enumerable.Range(0, videos.Count).Select(other => other == own)])))];

    private static int Number(CaptionedVideo video) => SyntheticDataset.NumberOf(video.Id);
}
