using System.Text.RegularExpressions;

namespace TcMgc.Media;

/// <summary>
/// The formats that ffmpeg may open a file as: those of ordinary footage and pictures, which docs/video.md lists. ffmpeg also has
/// formats that are instructions to open other files (playlists, concat scripts, numbered pictures); those and all others are
/// refused by name before a byte of them is followed.
/// </summary>
internal static partial class ContainerFormats
{
    /// <summary>For files.</summary>
    public const string ForFiles =
        "mov,matroska,avi,mpeg,mpegts,mpegvideo,asf,flv,live_flv,ogg,mxf,gxf,nut,rm,wtv,dv,ivf,h261,h263,h264,hevc,vvc,obu,av1,"
        + "vc1,vc1test,m4v,mjpeg,mjpeg_2000,yuv4mpegpipe,gif,apng";

    /// <summary>For images that come as bytes, each a single file; never image2, which follows numbers in names.</summary>
    public const string ForImages =
        "png_pipe,jpeg_pipe,jpegxl_pipe,webp_pipe,bmp_pipe,tiff_pipe,ppm_pipe,pgm_pipe,pbm_pipe,pam_pipe,pgmyuv_pipe,j2k_pipe,"
        + "qoi_pipe,gif,apng";

    private const string PicturePipe = "_pipe";

    private static readonly string[] s_sound =
    [
        "mp3", "wav", "w64", "flac", "aac", "ac3", "eac3", "dts", "dtshd", "aiff", "caf", "au", "amr", "amrnb", "amrwb", "ape",
        "tta", "wv", "tak", "mpc", "mpc8", "truehd", "mlp", "voc", "oma", "loas", "latm", "ast", "shn", "spdif",
    ];

    /// <summary>The format that ffmpeg refused to open, from its messages; null where it refused none.</summary>
    public static string? RefusedIn(IEnumerable<string> messages) =>
        NotOnWhitelist().Match(string.Join('\n', messages)) is { Success: true } match ? match.Groups["format"].Value : null;

    /// <summary>Why a file of a refused format is not opened.</summary>
    public static string ReasonToRefuse(string format) => format switch
    {
        "image2" or "ico" => "is a picture, not a video",
        _ when format.EndsWith(PicturePipe, StringComparison.Ordinal) =>
            $"is a picture ({format[..^PicturePipe.Length]}), not a video",
        _ when s_sound.Contains(format) => "has only sound, no video stream",
        "hls" or "dash" or "imf" => $"is a playlist ({format}): it names other files and is not a video itself; give the videos",
        "concat" => "is a concat script: it names other files and is not a video itself; give the videos",
        _ => $"is not a video (ffmpeg's format '{format}')",
    };

    [GeneratedRegex(@"\[(?<format>[^\s@\]]+) @ [^\]]*\] Format not on whitelist")]
    private static partial Regex NotOnWhitelist();
}
