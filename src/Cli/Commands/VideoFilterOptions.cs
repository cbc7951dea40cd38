using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TcMgc.Search;
using TcMgc.Shared.Catalog;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say which videos a search is about; those that are not given bound nothing.</summary>
internal sealed class VideoFilterOptions
{
    private static readonly string[] s_times = [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    private readonly Option<string?> _in = new("--in")
    {
        Description = "Search this video alone: its id, file name or path.",
        HelpName = "VIDEO",
    };
    private readonly Option<string?> _title = new("--title")
    {
        Description = "Only videos whose title or file name holds this.",
        HelpName = "TEXT",
    };
    private readonly Option<string[]> _tags = new("--tag")
    {
        Description = "Only videos with this tag; may be given again, then with all of them.",
        HelpName = "TAG",
    };
    private readonly Option<DateTimeOffset?> _after =
        Time("--uploaded-after",
            "Only videos uploaded at this time or after it: a day or an ISO 8601 time, local unless it names its zone.");
    private readonly Option<DateTimeOffset?> _before = Time(
        "--uploaded-before", "Only videos uploaded at this time or before it; a day is its first moment.");
    private readonly Option<double?> _shortest = Seconds("--min-duration", "Only videos of at least so many seconds.");
    private readonly Option<double?> _longest = Seconds("--max-duration", "Only videos of at most so many seconds.");

    public IEnumerable<Option> All => [_in, _title, _tags, _after, _before, _shortest, _longest];

    /// <summary>What was asked for, among videos that are there.</summary>
    /// <exception cref="Shared.UserException">None of them is the one to search in, or several are.</exception>
    public async Task<VideoFilter> OfAsync(ParseResult parsed, ICatalog catalog, CancellationToken cancel) => new()
    {
        Video = parsed.GetValue(_in) is { } video ? VideoNames.Find(await catalog.ListAsync(cancel).ToListAsync(cancel), video).Id
        : null,
        Title = parsed.GetValue(_title),
        Tags = parsed.GetValue(_tags) is [_, ..] tags ? tags : null,
        UploadedFrom = parsed.GetValue(_after),
        UploadedTo = parsed.GetValue(_before),
        MinDuration = parsed.GetValue(_shortest),
        MaxDuration = parsed.GetValue(_longest),
    };

    private static Option<DateTimeOffset?> Time(string name, string description) =>
        new(name) { Description = description, HelpName = "TIME", CustomParser = ParseTime };

    // The machine's language has no say: 3/4 is a day in March here and in April there.
    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        if (result.Tokens is not [var token])
            return null; // Told by the parser.
        if (DateTimeOffset.TryParseExact(
            token.Value, s_times, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time))
            return time;
        result.AddError(
            $"'{token.Value}' is no time; give a day as 2026-11-21, or a time as 2026-11-21T16:30 or 2026-11-21T16:30:00Z.");
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
