using System.CommandLine;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which part of a dataset to measure on.</summary>
internal static class SplitOption
{
    public static Option<Split> Create() => new("--split")
    {
        Description = "Part of the dataset: train, validation or test.",
        HelpName = "NAME",
        DefaultValueFactory = _ => Split.Test,
    };

    /// <summary>The videos of a part.</summary>
    /// <exception cref="UserException">There are none.</exception>
    public static IReadOnlyList<CaptionedVideo> Videos(Dataset dataset, Split split) => dataset[split] is { Count: > 0 } videos
        ? videos
        : throw new UserException($"{dataset.Root}: has no {Name(split)} videos; choose another --split: {Others(dataset)}");

    public static string Name(Split split) => split.ToString().ToLowerInvariant();

    private static string Others(Dataset dataset) =>
        string.Join(", ", Enum.GetValues<Split>().Where(split => dataset[split].Count > 0)
            .Select(split => $"{Name(split)} ({dataset[split].Count:N0} videos)"));
}
