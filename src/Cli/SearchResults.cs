using System.Globalization;
using Spectre.Console;
using TcMgc.Client;
using TcMgc.Shared.Events;

namespace TcMgc.Cli;

/// <summary>Prints what a search found: a table, what was said, and on request where each score comes from.</summary>
internal static class SearchResults
{
    private const string Unknown = "unknown";

    public static void Print(SearchAnswer response, VideoFilter filter, bool isOfTexts)
    {
        if (response.Results.Count == 0)
        {
            Console.WriteLine(WhyEmpty(response, filter));
            return;
        }
        PrintTable(response);
        if (isOfTexts && response.Threshold is null)
            Console.WriteLine("the model was never calibrated: the order is its best guess");
        foreach (var (rank, result) in response.Results.Index())
            foreach (var said in result.Segments[0].Said ?? [])
                Console.WriteLine($"{rank + 1,3}  {Clock(said.Start)} “{FilePaths.OneLine(said.Text)}”");
        foreach (var (rank, result) in response.Results.Index())
            if (result.Named is { } named)
                Console.WriteLine(
                    $"{rank + 1,3}  named “{string.Join("”, “", named.Select(text => FilePaths.OneLine(text.Text)))}”");
        foreach (var (rank, result) in response.Results.Index())
            if (result.Segments[0].Explanation is { } explanation)
                PrintExplanation(rank + 1, result.Name, explanation);
        if (response.Weaker > 0)
            Console.WriteLine(
                $"{response.Weaker} weaker than {100 * response.Threshold:F0} % left out; --threshold 0 shows them");
        Console.WriteLine($"{Output.Count(response.Scored, "segment")} scored in {response.Elapsed.TotalMilliseconds:F0} ms");
    }

    private static string WhyEmpty(SearchAnswer response, VideoFilter filter)
    {
        if (response.Weaker > 0)
            return $"nothing here matches: no result is surer than {100 * response.Threshold:F0} %; --threshold 0 shows the "
                + $"{response.Weaker} weaker";
        return filter == new VideoFilter()
            ? "nothing is indexed yet; 'tcmgc index PATH' indexes videos"
            : "no indexed video matches the filters; 'tcmgc videos' lists all videos";
    }

    private static void PrintTable(SearchAnswer response)
    {
        var isSure = response.Threshold is not null;
        var isExplained = response.Results.Any(result => result.Segments[0].Explanation is not null);
        var table = new Table().Border(TableBorder.None).AddColumn("");
        if (isExplained)
            table.AddColumn("score", c => c.RightAligned());
        table.AddColumn("moment", c => c.RightAligned()).AddColumn("segment").AddColumn("video");
        if (isSure)
            table.AddColumn("confidence");
        foreach (var (rank, result) in response.Results.Index())
        {
            var path = FileSource.PathIn(result.Source) is { } local ? FilePaths.Display(local) : FilePaths.Name(result.Name);
            string[] row =
            [
                $"{rank + 1}", .. isExplained ? [$"{result.Score:F3}"] : Array.Empty<string>(), Clock(result.Moment),
                $"{Clock(result.Segments[0].Start)} – {Clock(result.Segments[0].End)}", Markup.Escape(path),
                .. isSure ? [Sure(result, response.Threshold)] : Array.Empty<string>(),
            ];
            table.AddRow(row);
        }
        AnsiConsole.Write(table);
        var unknown = response.Results.Where(result => isSure && Sure(result, response.Threshold) == Unknown).ToList();
        if (unknown.Count > 0)
        {
            var what = unknown.All(result => result.Segments[0].Unfamiliar is true) ? "the footage" : "most of what is found";
            Console.WriteLine(
                $"{Unknown}: {what} is unlike what the model was calibrated on; the order is its best guess");
        }
    }

    private static void PrintExplanation(int rank, string name, ScoreExplanation explanation)
    {
        if (explanation.Fusion is { } fusion)
        {
            var said = fusion.TranscriptRank is { } spoken ? $"said as number {spoken}" : "not said";
            var named = fusion.NameRank is not { } place ? "not named so"
                : $"named {(fusion.NameIsExact ? "exactly" : $"as number {place}, by {fusion.NameShare:P0} of the words")} "
                    + $"(weight {fusion.NameWeight})";
            Console.WriteLine(
                $"\n{rank}  seen as number {fusion.VisualRank}, {said} (weight {fusion.TranscriptWeight}), {named}");
        }
        foreach (var text in explanation.Texts)
        {
            var share = explanation.Texts.Count > 1 ? $": {text.Text}  {text.Score:F3} × {text.Share:F2}" : "";
            Console.WriteLine($"\n{rank}  {FilePaths.Name(name)}{share}");
            PrintEvidence(text);
        }
    }

    private static void PrintEvidence(TextEvidence evidence)
    {
        foreach (var contrast in evidence.Contrasts)
            Console.WriteLine($"   {contrast.Name,-15} {contrast.Score,8:F3}  weight {contrast.Weight:P0}");
        var frames = new Table().Border(TableBorder.None).AddColumn("   frame");
        foreach (var frame in evidence.Frames)
            frames.AddColumn(Clock(frame.Time), c => c.RightAligned());
        frames.AddRow(["   sentence", .. evidence.Frames.Select(frame => $"{frame.Similarity:F3}")]);
        if (evidence.Frames.Any(frame => frame.Attention is not null))
            frames.AddRow(["   attention", .. evidence.Frames.Select(frame => $"{frame.Attention ?? 0:F3}")]);
        foreach (var word in evidence.Words)
            frames.AddRow([$"   {Markup.Escape(word.Text)}", .. word.Similarities.Select(similarity => $"{similarity:F3}")]);
        AnsiConsole.Write(frames);
    }

    /// <summary>Why it is shown: the words, or how sure the picture is.</summary>
    private static string Sure(SearchResult result, double? threshold) => result.Segments[0] switch
    {
        { Said: not null } => "said",
        { Confidence: { } known } when result.Named is null || !(known.Probability < threshold) =>
            $"{known.Band.ToString().ToLowerInvariant()}, {100 * known.Probability:F0} %",
        _ => result.Named is null ? Unknown : "named",
    };

    private static string Clock(double seconds) =>
        TimeSpan.FromSeconds(seconds).ToString(seconds < 3600 ? @"m\:ss\.f" : @"h\:mm\:ss\.f", CultureInfo.InvariantCulture);
}
