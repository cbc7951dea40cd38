using System.CommandLine;
using TcMgc.Shared;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says which part of a dataset to measure on.</summary>
internal static class SplitOption
{
    public static Option<Split?> Create() => NewOption.OneOf<Split, Split?>("--split", "Part of the dataset. [default: test]");

    /// <summary>The part that is given, else the one for tests.</summary>
    public static Split Of(ParseResult parsed, Option<Split?> option) => parsed.GetValue(option) ?? Split.Test;

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
