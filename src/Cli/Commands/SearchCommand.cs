using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Client;
using TcMgc.Media;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc search</c>: the moments that a sentence describes, or that a still comes from.</summary>
internal static class SearchCommand
{
    private static readonly Argument<string[]> s_texts = new("TEXT")
    {
        Description = "What the moment shows, in a sentence; several are searched together.",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private static readonly Option<float[]> s_weights =
        NewOption.List<float>("--weights", "How much each TEXT counts, in their order; default 1 each.", "NUMBER");
    private static readonly Option<string[]> s_not = NewOption.Optional<string[]>(
        "--not", "What the moment does not show; may be repeated.", "TEXT");
    private static readonly VideoFilterOptions s_filter = new();
    private static readonly Option<SearchRank> s_rank = NewOption.Choice<SearchRank>(
        "--rank", "Rank videos, each with its best moment, or moments, of which a video may have several.");
    private static readonly Option<string?> s_image =
        NewOption.Optional<string?>("--image", "Find the moment this still comes from.", "FILE");
    private static readonly Option<int> s_top =
        NewOption.Number("--top", new SearchRequest().Top, 1, SearchRequest.LargestTop, "Results to return.");
    private static readonly Option<int> s_candidates = CandidatesOption.Create();
    private static readonly Option<bool> s_exhaustive = CandidatesOption.CreateExhaustive();
    private static readonly Option<double?> s_threshold = NewOption.Optional<double?>(
        "--threshold",
        "Least confidence of a result, 0 to 1; by default what the model was calibrated to, 0 shows all.", "NUMBER");
    private static readonly Option<bool> s_explain = NewOption.Flag("--explain", "Show where each score comes from.");
    private static readonly Option<string?> s_clips = NewOption.Optional<string?>(
        "--clips", "Save the moment of each result as a clip in this folder; clips that are there stay.", "DIR");
    private static readonly Option<CollectionId> s_collection = CollectionOption.Create("The collection to search.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_model = ModelOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json();

    public static Command Create()
    {
        var command = new Command("search", "Find the moment that a sentence describes, or that a still comes from.")
        {
            s_texts, s_weights, s_not, s_rank, s_image, s_top, s_candidates, s_exhaustive, s_threshold, s_explain, s_clips,
            s_collection, s_data, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_json,
        };
        foreach (var option in s_filter.OfSearch)
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
                result.AddError(
                    $"--weights has {Output.Count(weights, "number")} for {Output.Count(texts, "text")}; give one for each.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var folder = await DataFolder.OpenExistingAsync(parsed.GetValue(s_data)!, TimeProvider.System, cancel);
            var collection = parsed.GetValue(s_collection);
            await CollectionOption.RequireAsync(collection, folder.Catalog, cancel);
            var request = new SearchRequest
            {
                Collection = collection,
                Top = parsed.GetValue(s_top),
                Exhaustive = parsed.GetValue(s_exhaustive),
                Threshold = parsed.GetValue(s_threshold),
                Explain = parsed.GetValue(s_explain),
                Rank = parsed.GetValue(s_rank),
                Filter = await s_filter.OfAsync(parsed, folder.Catalog, collection, cancel),
            };
            var answer = await SearchAsync(folder, parsed, request, cancel);
            var isOfTexts = parsed.GetValue(s_image) is null;
            if (parsed.GetValue(s_clips) is not { } clips)
            {
                Output.Write(answer, parsed.GetValue(s_json),
                    response => SearchResults.Print(response, request.Filter, isOfTexts));
                return 0;
            }
            var saved = await new SearchClips(folder, clips).SaveAsync(answer, cancel);
            Output.Write(SearchClips.WithClips(answer, saved), parsed.GetValue(s_json), _ =>
            {
                SearchResults.Print(answer, request.Filter, isOfTexts);
                SearchClips.Print(saved);
            });
            return saved.All(clip => clip.File is not null) ? 0 : 1;
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

    /// <summary>Searches for the texts, or for the still where there are none.</summary>
    private static async Task<SearchAnswer> SearchAsync(
        DataFolder data, ParseResult parsed, SearchRequest request, CancellationToken cancel)
    {
        var folder = await ModelChoice.OfAsync(parsed.GetValue(s_model), data, cancel);
        using var model = folder.Load(ComputeChoice.Of(parsed));
        var options = new SearchOptions { Candidates = parsed.GetValue(s_candidates) };
        foreach (var unread in await data.Transcripts.FollowAsync(data.Catalog, cancel))
            Console.Error.WriteLine($"tcmgc: {unread}");
        using var search = new SearchEngine(model, data.Index, data.Catalog, TimeProvider.System, options, data.Transcripts);
        if (parsed.GetValue(s_image) is { } image)
        {
            var still = await new StillDecoder(new()).DecodeAsync(image, model.FrameSide, cancel);
            return await search.SearchImageAsync(still, request, cancel);
        }
        var answer = await search.SearchAsync(Texts(parsed), request, cancel);
        if (answer.Results.Count == 0)
            ModelChoice.Introduce(folder);
        return answer;
    }
}
