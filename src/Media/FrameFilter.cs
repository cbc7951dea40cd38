using System.Globalization;

namespace TcMgc.Media;

/// <summary>
/// The filters that make of a video what CLIP's preprocessing makes of pictures: one frame a second, RGB, the shorter side to S
/// by
/// bicubic, the centre cut out. Sizes are expressions, so that a stream that changes its size stays right.
/// </summary>
internal static class FrameFilter
{
    /// <summary>
    /// Frames longer than this many times their shorter side lose their ends first: the crop would, and scaling them whole could
    /// take gigabytes.
    /// </summary>
    private const int LongestAspect = 8;

    // Pixels as square ones; an aspect beyond reason is ignored, as MediaProbe does.
    private const string Aspect = @"if(between(sar\,1/16\,16)\,sar\,1)";
    private const string ShownWidth = $"max(1\\,round(iw*{Aspect}))";

    // The conversion to RGB is ffmpeg's default, which is also what other readers of video give to Pillow. Bicubic is swscale's
    // own
    // (a = -0.6): its parameters are cut to whole numbers by the filter in ffmpeg 5.1, so that -0.5 cannot be asked for.
    private const string ToRgb = "scale=flags=bicubic,format=rgb24";
    private const string Exact = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";

    /// <summary>The frames shown at 0, 1, 2 … seconds of a video.</summary>
    /// <param name="info">The video.</param>
    /// <param name="side">Width and height of what is made of them.</param>
    /// <param name="keyFrames">How far from their seconds key frames are where only those are decoded; else null.</param>
    public static string EachSecond(MediaInfo info, int side, TimeSpan? keyFrames) =>
        $"{Sampled(info, keyFrames)},{Picture(side)}";

    /// <summary>
    /// The same as <c>[frames]</c> of a graph, with a picture of each as <c>[thumbnails]</c> and the strip of all as
    /// <c>[strip]</c>.
    /// </summary>
    public static string EachSecondWithPictures(MediaInfo info, int side, Strip strip, TimeSpan? keyFrames) =>
        $"[0:{info.StreamIndex}]{Sampled(info, keyFrames)},split=3[a][b][c];[a]{Picture(side)}[frames];"
        + $"[b]{Thumbnail(info)}[thumbnails];[c]{strip.EachSecondChosen},{InStrip(strip)}[strip]";

    /// <summary>
    /// The same of an ordinary video as a graph for each output: the frames; where they are wanted, the pictures and the strip.
    /// </summary>
    public static IEnumerable<string> EachSecondApart(MediaInfo info, int side, bool withPictures)
    {
        // A first frame that comes a little late, as beside sound, is that of the start; later sizes begin later.
        const string FromStart = @"setpts=if(eq(N\,0)*lt(T\,0.2)\,0\,PTS),fps=1:round=up";
        yield return $"{FromStart},{Picture(side)},{FfmpegReport.TellFirst}";
        if (!withPictures)
            yield break;
        var strip = Strip.Of(info.Duration ?? 1);
        yield return $"{FromStart},{Thumbnail(info)}";
        yield return $"{FromStart},{strip.EachSecondChosen},{InStrip(strip)}";
    }

    /// <summary>A picture of a width, its height as the frame's is.</summary>
    public static string Shown(int width) =>
        $"{CutEnds},scale=w={width}:h=2*max(1\\,round({width}*ih/({ShownWidth})/2)),setsar=1";

    /// <summary>
    /// Pictures as one: each whole, over an enlarged and blurred copy of itself where it has another shape than its place.
    /// </summary>
    public static string InStrip(Strip strip)
    {
        var (width, height) = (strip.Width, strip.Height);
        string Scaled(string compared) =>
            $"scale=w=if({compared}({ShownWidth}*{height}\\,ih*{width})\\,{width}\\,max(1\\,round({height}*{ShownWidth}/ih)))"
            + $":h=if({compared}({ShownWidth}*{height}\\,ih*{width})\\,max(1\\,round({width}*ih/({ShownWidth})))\\,{height})";
        return $"{CutEnds},split[whole][copy];[copy]{Scaled("lt")},crop={width}:{height},gblur=6,setsar=1[under];"
            + $"[whole]{Scaled("gte")},setsar=1[over];[under][over]overlay=(W-w)/2:(H-h)/2,"
            // The range of JPEG is said once more: overlay forgets it.
            + $"tile={strip.Columns}x{strip.Rows},scale=out_range=pc,format=yuvj420p";
    }

    private static string Sampled(MediaInfo info, TimeSpan? keyFrames)
    {
        var deinterlace = info.MayBeInterlaced ? "yadif=deint=interlaced," : "";
        // A stream that starts late shows its first frame from the file's start. (fps=start_time=0 would do that too, but would
        // do
        // it again where the size changes and the filters start anew.)
        var late = info.StartsLate > 0
            ? string.Create(CultureInfo.InvariantCulture, $"setpts=if(lte(T\\,{info.StartsLate + 0.0005:F6})\\,0\\,PTS),")
            : "";
        // Rounding up: the frame of second k is the last one that starts at or before it.
        return $"{deinterlace}{late}" + (keyFrames is { } distance
            // The last key frame is shown to the end.
            ? string.Create(CultureInfo.InvariantCulture,
                $"tpad=stop_mode=clone:stop_duration={distance.TotalSeconds + 1:F3},fps=1:round=up,trim=end={info.Duration:F6}")
            : "fps=1:round=up");
    }

    /// <summary>Of one size, whatever the stream's becomes: an encoder of pictures keeps the first one.</summary>
    private static string Thumbnail(MediaInfo info)
    {
        const int Width = PicturePack.Width;
        var height = Math.Clamp(2 * (int)Math.Round(Width * (double)info.Height / info.Width / 2), 2, LongestAspect * Width);
        return $"scale={Width}:{height},setsar=1,format=yuvj420p";
    }

    /// <summary>One picture.</summary>
    public static string Picture(int side) => $"{ToRgb},{CutEnds},{ScaleShorterSide(side)},format=rgb24,{CropCentre(side)}";

    private static string CutEnds =>
        $"crop=w=min(iw\\,max(1\\,ceil({LongestAspect}*ih/({Aspect})))):h=min(ih\\,max(1\\,ceil({LongestAspect}*{ShownWidth}))):"
        + "exact=1";

    // As torchvision's resize: the longer side is S·long/short, cut to a whole number.
    private static string ScaleShorterSide(int side) =>
        $"scale=w=if(lt({ShownWidth}\\,ih)\\,{side}\\,trunc({side}*{ShownWidth}/ih))"
        + $":h=if(lt({ShownWidth}\\,ih)\\,trunc({side}*ih/{ShownWidth})\\,{side}):{Exact}";

    private static string CropCentre(int side) =>
        $"crop=w={side}:h={side}:x={HalfToEven("iw", side)}:y={HalfToEven("ih", side)}:exact=1";

    // As torchvision's centre crop: Python's round((length - S) / 2), halves to even.
    private static string HalfToEven(string length, int side) =>
        $"floor(({length}-{side})/2)+mod({length}-{side}\\,2)*mod(floor(({length}-{side})/2)\\,2)";
}
