using System.Text.Json.Serialization;

namespace TcMgc.Media;

/// <summary>The part of ffprobe's JSON that is asked for.</summary>
internal sealed record ProbeReport(
    [property: JsonPropertyName("streams")] IReadOnlyList<ProbedStream>? Streams,
    [property: JsonPropertyName("format")] ProbedFormat? Format)
{
    public const string Entries =
        "format=format_name,start_time,duration:"
        + "stream=index,codec_type,codec_name,width,height,pix_fmt,field_order,sample_aspect_ratio,start_time,duration:"
        + "stream_disposition=attached_pic,still_image,timed_thumbnails:stream_tags=DURATION:stream_side_data=rotation";
}

internal sealed record ProbedFormat(
    [property: JsonPropertyName("format_name")] string? Name,
    [property: JsonPropertyName("start_time")] string? StartTime,
    [property: JsonPropertyName("duration")] string? Duration);

internal sealed record ProbedStream(
    [property: JsonPropertyName("index")] int Index,
    [property: JsonPropertyName("codec_type")] string? Type,
    [property: JsonPropertyName("codec_name")] string? Codec,
    [property: JsonPropertyName("width")] int Width,
    [property: JsonPropertyName("height")] int Height,
    [property: JsonPropertyName("pix_fmt")] string? PixelFormat,
    [property: JsonPropertyName("field_order")] string? FieldOrder,
    [property: JsonPropertyName("sample_aspect_ratio")] string? SampleAspect,
    [property: JsonPropertyName("start_time")] string? StartTime,
    [property: JsonPropertyName("duration")] string? Duration,
    [property: JsonPropertyName("disposition")] IReadOnlyDictionary<string, int>? Disposition,
    [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags,
    [property: JsonPropertyName("side_data_list")] IReadOnlyList<ProbedSideData>? SideData)
{
    /// <summary>A cover or a thumbnail that the container keeps as if it were a stream.</summary>
    public bool IsCover => Disposition?.Any(kind => kind.Value != 0) == true;
}

internal sealed record ProbedSideData([property: JsonPropertyName("rotation")] double? Rotation);

[JsonSerializable(typeof(ProbeReport))]
internal sealed partial class ProbeJson : JsonSerializerContext;
