using System.CommandLine;
using TcMgc.Training.Datasets;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say which dataset to work on, and where what is computed from it is cached.</summary>
internal static class DatasetOption
{
    public static Option<string> Create() =>
        NewOption.Required("--dataset", "DATASET", "Folder with captions.jsonl, or FORMAT=DIR (docs/datasets.md).");

    public static Option<string?> CreateCache(string contents) => NewOption.Optional<string?>(
        "--cache", $"Folder for {contents}; by default 'cache' in the dataset's folder.", "DIR");

    public static string CacheFolder(string? given, Dataset dataset) => given ?? Path.Combine(dataset.Root, "cache");
}
