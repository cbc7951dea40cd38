using Microsoft.AspNetCore.Mvc;
using TcMgc.Shared;

namespace TcMgc.Search.Api;

/// <summary>What the address of <c>POST /api/search/image</c> says beside the image; as <see cref="SearchQuery"/> and its filter.</summary>
/// <param name="Top">Results to return; default 10.</param>
/// <param name="Offset">Better results to leave out; default 0.</param>
/// <param name="Rank">What a result is: <c>video</c> or <c>moment</c>; default a video.</param>
/// <param name="SegmentsEach">Best segments of each video; default 3.</param>
/// <param name="Exhaustive">Compare every segment; default false.</param>
/// <param name="Video">The only video.</param>
/// <param name="Title">What title or file name holds.</param>
/// <param name="Tags">Tags that it has, all of them.</param>
/// <param name="UploadedFrom">When it was uploaded, at the earliest.</param>
/// <param name="UploadedTo">When it was uploaded, at the latest.</param>
/// <param name="MinDuration">Its length in seconds, at least.</param>
/// <param name="MaxDuration">Its length in seconds, at most.</param>
internal sealed record ImageQuery(
    [FromQuery(Name = "top")] int? Top,
    [FromQuery(Name = "offset")] int? Offset,
    [FromQuery(Name = "rank")] string? Rank,
    [FromQuery(Name = "segmentsEach")] int? SegmentsEach,
    [FromQuery(Name = "exhaustive")] bool? Exhaustive,
    [FromQuery(Name = "video")] VideoId? Video,
    [FromQuery(Name = "title")] string? Title,
    [FromQuery(Name = "tags")] string[]? Tags,
    [FromQuery(Name = "uploadedFrom")] DateTimeOffset? UploadedFrom,
    [FromQuery(Name = "uploadedTo")] DateTimeOffset? UploadedTo,
    [FromQuery(Name = "minDuration")] double? MinDuration,
    [FromQuery(Name = "maxDuration")] double? MaxDuration)
{
    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Reason => RankAsked is null ? $"rank is '{Rank}'; it must be video or moment" : null;

    // A query's values are bound as .NET writes them, bodies as JSON does.
    private SearchRank? RankAsked => Rank switch
    {
        null or "video" => SearchRank.Video,
        "moment" => SearchRank.Moment,
        _ => null,
    };

    /// <summary>What the search engine is asked.</summary>
    public SearchRequest ToRequest()
    {
        var defaults = new SearchRequest();
        return new()
        {
            Top = Top ?? defaults.Top,
            Offset = Offset ?? defaults.Offset,
            Rank = RankAsked ?? defaults.Rank,
            SegmentsEach = SegmentsEach ?? defaults.SegmentsEach,
            Exhaustive = Exhaustive ?? defaults.Exhaustive,
            Filter = new()
            {
                Video = Video,
                Title = Title,
                Tags = Tags,
                UploadedFrom = UploadedFrom,
                UploadedTo = UploadedTo,
                MinDuration = MinDuration,
                MaxDuration = MaxDuration,
            },
        };
    }
}
