using System.CommandLine;
using TcMgc.Search;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say how many segments the whole model scores for a query.</summary>
internal static class CandidatesOption
{
    public static Option<int> Create(int most = 100_000) => NewOption.Number(
        "--candidates", new SearchOptions().Candidates, 1, most, "Segments that are scored with the whole model.");

    public static Option<bool> CreateExhaustive() =>
        NewOption.Flag("--exhaustive", "Score every segment instead of candidates.");
}
