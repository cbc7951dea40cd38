using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TcMgc.Client;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;

namespace TcMgc.Cli.Commands;

/// <summary>The options that restrict a search or a list to some of the videos.</summary>
internal sealed class VideoFilterOptions
{
    private static readonly string[] s_times =
        ["yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    private readonly Option<string?> _in =
        NewOption.Optional<string?>("--in", "Search only this video: its id, title, file name or path.", "VIDEO");
    private readonly Option<string?> _name =
        NewOption.Optional<string?>("--name", "Only videos whose title, file name or a tag contains this.", "TEXT");
    private readonly Option<string[]> _tags =
        NewOption.Optional<string[]>("--tag", "Only videos with this tag; several --tag must all match.", "TAG");
    private readonly Option<DateTimeOffset?> _after = Time(
        "--uploaded-after",
        "Only videos uploaded at this time or after it: a day or an ISO 8601 time, local unless it names its zone.");
    private readonly Option<DateTimeOffset?> _before = Time(
        "--uploaded-before", "Only videos uploaded at this time or before it; a day is its first moment.");
    private readonly Option<DateTimeOffset?> _recordedAfter = Time(
        "--recorded-after", "Only videos recorded, or where that is not known uploaded, at this time or after it.");
    private readonly Option<DateTimeOffset?> _recordedBefore = Time(
        "--recorded-before", "Only videos recorded, or where that is not known uploaded, at this time or before it.");
    private readonly Option<double?> _shortest = Seconds("--min-duration", "Only videos of at least so many seconds.");
    private readonly Option<double?> _longest = Seconds("--max-duration", "Only videos of at most so many seconds.");

    /// <summary>Those of a search, which may be about one video.</summary>
    public IEnumerable<Option> OfSearch => [_in, .. OfList];

    /// <summary>Those of a list.</summary>
    public IEnumerable<Option> OfList =>
        [_name, _tags, _after, _before, _recordedAfter, _recordedBefore, _shortest, _longest];

    /// <summary>The filter that the options of a search describe.</summary>
    /// <exception cref="Shared.UserException">--in names no video, or several.</exception>
    public async Task<VideoFilter> OfAsync(
        ParseResult parsed, ICatalog catalog, CollectionId collection, CancellationToken cancel) =>
        parsed.GetValue(_in) is { } name
            ? Of(parsed) with { Video = VideoNames.Find(await catalog.ListAsync(collection, cancel), name).Id.Value }
            : Of(parsed);

    /// <summary>The filter that the options of a list describe.</summary>
    public VideoFilter Of(ParseResult parsed) => new()
    {
        Name = parsed.GetValue(_name),
        Tags = parsed.GetValue(_tags) is [_, ..] tags ? tags : null,
        UploadedFrom = parsed.GetValue(_after),
        UploadedTo = parsed.GetValue(_before),
        RecordedFrom = parsed.GetValue(_recordedAfter),
        RecordedTo = parsed.GetValue(_recordedBefore),
        MinDuration = parsed.GetValue(_shortest),
        MaxDuration = parsed.GetValue(_longest),
    };

    private static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name) { Description = description, HelpName = "TIME", CustomParser = ParseTime };

    // Fixed formats only: whether 3/4 is in March or April depends on the country.
    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        if (result.Tokens is not [var token])
            return null; // The parser reports this error.
        if (DateTimeOffset.TryParseExact(
            token.Value, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
            return time;
        result.AddError(
            $"'{token.Value}' is not a time; give a day as 2026-11-21, or a time as 2026-11-21T16:30 or 2026-11-21T16:30:00Z.");
        return null;
    }

    private static Option<double?> Seconds(string name, string description)
    {
        var option = new Option<double?>(name) { Description = description, HelpName = "SECONDS" };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && double.TryParse(token.Value, CultureInfo.InvariantCulture, out var seconds)
                && !(seconds >= 0))
                result.AddError($"{name} is {token.Value}; it must be at least 0.");
        });
        return option;
    }
}
