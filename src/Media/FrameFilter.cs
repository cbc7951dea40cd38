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
    public static string EachSecond(MediaInfo info, int side)
    {
        var deinterlace = info.MayBeInterlaced ? "yadif=deint=interlaced," : "";
        // A stream that starts late shows its first frame from the file's start. (fps=start_time=0 would do that too, but would
        // do
        // it again where the size changes and the filters start anew.)
        var late = info.StartsLate > 0
            ? string.Create(CultureInfo.InvariantCulture, $"setpts=if(lte(T\\,{info.StartsLate + 0.0005:F6})\\,0\\,PTS),")
            : "";
        // Rounding up: the frame of second k is the last one that starts at or before it.
        return $"{deinterlace}{late}fps=1:round=up,{Picture(side)}";
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
