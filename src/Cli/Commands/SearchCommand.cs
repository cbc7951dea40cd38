using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TcMgc.Cli.Pipeline;
using TcMgc.Media;
using TcMgc.Model.Calibration;
using TcMgc.Model.Compute;
using TcMgc.Search;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc search</c>: the moments that a sentence describes, or that a still comes from.</summary>
internal static class SearchCommand
{
    private static readonly Argument<string[]> s_texts = new("TEXT")
    {
        Description = "What the moment shows, in a sentence; several are searched together.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<float[]> s_weights = new("--weights")
    {
        Description = "How much each TEXT counts, in their order; default 1 each.",
        HelpName = "NUMBER",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<string[]> s_not = new("--not")
    {
        Description = "What the moment does not show; may be given again.",
        HelpName = "TEXT",
    };
    private static readonly VideoFilterOptions s_filter = new();
    private static readonly Option<SearchRank> s_rank = new("--rank")
    {
        Description = "Rank videos, each with its best moment, or moments, of which a video may have several.",
    };
    private static readonly Option<string?> s_image = new("--image")
    {
        Description = "Find the moment this still comes from.",
        HelpName = "FILE",
    };
    private static readonly Option<int> s_top = new Option<int>("--top")
    {
        Description = "Results to return.",
        DefaultValueFactory = _ => new SearchRequest().Top,
    }.Between(1, SearchRequest.LargestTop);
    private static readonly Option<int> s_candidates = new Option<int>("--candidates")
    {
        Description = "Segments that are scored with the whole model.",
        DefaultValueFactory = _ => new SearchOptions().Candidates,
    }.Between(1, 100_000);
    private static readonly Option<bool> s_exhaustive = new("--exhaustive")
    {
        Description = "Score every segment instead of candidates.",
    };
    private static readonly Option<double?> s_threshold = new("--threshold")
    {
        Description = "Least confidence of a result, 0 to 1; by default what the model was calibrated to, 0 shows all.",
        HelpName = "NUMBER",
    };
    private static readonly Option<bool> s_explain = new("--explain") { Description = "Tell where each score comes from." };
    private static readonly Option<bool> s_json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var (data, model) = (DataOption.Create(), ModelOption.Create());
        var command = new Command("search", "Find the moment that a sentence describes, or that a still comes from.")
        {
            s_texts, s_weights, s_not, s_rank, s_image, s_top, s_candidates, s_exhaustive, s_threshold, s_explain, data, model,
            ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        foreach (var option in s_filter.All)
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            var (texts, weights) = (result.GetValue(s_texts)!.Length, result.GetValue(s_weights)!.Length);
            if (texts == 0 == result.GetValue(s_image) is null)
                result.AddError("Give either a text or --image.");
            if (texts == 0 && result.GetValue(s_not) is [_, ..])
                result.AddError("--not needs a text that says what the moment shows.");
            if (result.GetValue(s_threshold) is { } threshold && !(threshold is >= 0 and <= 1))
                result.AddError("--threshold must be from 0 to 1.");
            if (weights > 0 && weights != texts)
                result.AddError($"--weights has {weights} numbers for {texts} texts; give one for each.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(data)!, TimeProvider.System, cancel);
            var request = new SearchRequest
            {
                Top = parsed.GetValue(s_top),
                Exhaustive = parsed.GetValue(s_exhaustive),
                Threshold = parsed.GetValue(s_threshold),
                Explain = parsed.GetValue(s_explain),
                Rank = parsed.GetValue(s_rank),
                Filter = await s_filter.OfAsync(parsed, folder.Catalog, cancel),
            };
            var response = await SearchAsync(folder, parsed.GetValue(model), ComputeChoice.Of(parsed), Texts(parsed),
                parsed.GetValue(s_image), request, new() { Candidates = parsed.GetValue(s_candidates) }, cancel);
            if (parsed.GetValue(s_json))
                Output.Json(response);
            else
                Print(response, request.Filter);
        });
        return command;
    }

    private static IReadOnlyList<WeightedText> Texts(ParseResult parsed)
    {
        var weights = parsed.GetValue(s_weights)!;
        return
        [
            .. parsed.GetValue(s_texts)!.Select((text, at) => new WeightedText(text, weights is [] ? 1 : weights[at])),
            .. parsed.GetValue(s_not)!.Select(text => new WeightedText(text, WeightedText.ButNot)),
        ];
    }

    /// <summary>Answers texts, or a still where there are none.</summary>
    private static async Task<SearchResponse> SearchAsync(
        DataFolder data, string? modelName, ComputeOptions engine, IReadOnlyList<WeightedText> texts, string? image,
        SearchRequest request, SearchOptions options, CancellationToken cancel)
    {
        using var model = (await ModelChoice.OfAsync(modelName, data, cancel)).Load(engine);
        var search = new SearchEngine(model, data.Index, data.Catalog, TimeProvider.System, options, data.Transcripts);
        if (texts is not [])
            return await search.SearchAsync(texts, request, cancel);
        var still = await new StillDecoder(new()).DecodeAsync(image!, model.FrameSide, cancel);
        return await search.SearchImageAsync(still, request, cancel);
    }

    /// <summary>Prints results as a table, and what explains them below.</summary>
    private static void Print(SearchResponse response, VideoFilter filter)
    {
        if (response.Results.Count == 0)
        {
            Console.WriteLine(response.Weaker == 0
                ? filter == new VideoFilter() ? "nothing is indexed yet; 'tcmgc index PATH' indexes videos"
                : "no indexed video is as the filters ask; 'tcmgc videos' lists those there are"
                : $"nothing here matches: no result is surer than {100 * response.Threshold:F0} %; --threshold 0 shows the "
                    + $"{response.Weaker} weaker");
            return;
        }
        var isSure = response.Threshold is not null;
        var table = new Table().Border(TableBorder.None).AddColumn("").AddColumn("score", c => c.RightAligned())
            .AddColumn("moment", c => c.RightAligned())
            .AddColumn("segment").AddColumn("video");
        if (isSure)
            table.AddColumn("confidence");
        foreach (var (rank, result) in response.Results.Index())
            table.AddRow(
                [$"{rank + 1}", Number(result.Score), Clock(result.Moment),
                    $"{Clock(result.Segments[0].Start)} – {Clock(result.Segments[0].End)}",
                Markup.Escape(VideoPath(result)), .. isSure ? [Sure(result.Confidence)] : Array.Empty<string>()]);
        AnsiConsole.Write(table);
        foreach (var (rank, result) in response.Results.Index())
            if (result.Segments[0].Said is { } said)
                Console.WriteLine($"{rank + 1,3}  {Clock(said.Start)} “{FilePaths.OneLine(said.Text)}”");
        foreach (var (rank, result) in response.Results.Index())
            if (result.Segments[0].Explanation is { } explanation)
            {
                if (explanation.Fusion is { } fusion)
                    Console.WriteLine(
                        $"\n{rank + 1}  seen as number {fusion.VisualRank}, {(fusion.TranscriptRank is { } spoken ? $"said as "
                            + $"number {spoken}" : "not said")} (weight {fusion.TranscriptWeight})");
                foreach (var text in explanation.Texts)
                    Print($"\n{rank + 1}  {result.Name}"
                        + (explanation.Texts.Count > 1 ? $": {text.Text}  {text.Score:F3} × {text.Share:F2}" : ""), text);
            }
        if (response.Weaker > 0)
            Console.WriteLine(
                $"{response.Weaker} weaker than {100 * response.Threshold:F0} % left out; --threshold 0 shows them");
        Console.WriteLine($"{response.Scored} segments scored in {response.Elapsed.TotalMilliseconds:F0} ms");
    }

    private static void Print(string title, TextEvidence explanation)
    {
        Console.WriteLine(title);
        foreach (var contrast in explanation.Contrasts)
            Console.WriteLine($"   {contrast.Name,-15} {contrast.Score,8:F3}  weight {contrast.Weight:P0}");
        var frames = new Table().Border(TableBorder.None).AddColumn("   frame");
        foreach (var frame in explanation.Frames)
            frames.AddColumn(Clock(frame.Time), c => c.RightAligned());
        frames.AddRow(["   sentence", .. explanation.Frames.Select(frame => Number(frame.Similarity))]);
        if (explanation.Frames.Any(frame => frame.Attention is not null))
            frames.AddRow(["   attention", .. explanation.Frames.Select(frame => Number(frame.Attention ?? 0))]);
        foreach (var word in explanation.Words)
            frames.AddRow([$"   {Markup.Escape(word.Text)}", .. word.Similarities.Select(Number)]);
        AnsiConsole.Write(frames);
    }

    private static string VideoPath(VideoResult result) => FileSource.PathIn(result.Source) is { } path
        ? FilePaths.Display(path) : result.Name;

    private static string Number(float value) => value.ToString("F3", CultureInfo.InvariantCulture);

    private static string Sure(Confidence? confidence) => confidence is { } known
        ? $"{known.Band.ToString().ToLowerInvariant()}, {100 * known.Probability:F0} %"
        : "";

    private static string Clock(double seconds) =>
        TimeSpan.FromSeconds(seconds).ToString(seconds < 3600 ? @"m\:ss\.f" : @"h\:mm\:ss\.f", CultureInfo.InvariantCulture);
}
