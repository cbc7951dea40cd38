using System.Text.RegularExpressions;

namespace TcMgc.Media;

/// <summary>
/// The formats that ffmpeg may open a file as. A list of what is allowed, for ffmpeg also has formats that are instructions to
/// open
/// other files (playlists, concat scripts, numbered pictures): those are refused by name before a byte of them is followed.
/// </summary>
internal static partial class ContainerFormats
{
    private const string Video =
        "mov,matroska,avi,mpeg,mpegts,mpegvideo,asf,flv,live_flv,kux,ogg,mxf,gxf,nut,rm,wtv,dv,ivf,h263,h264,hevc,vvc,"
        + "obu,av1,vc1,vc1test,m4v,mjpeg,mjpeg_2000,dirac,cavsvideo,avs,avs2,avs3,yuv4mpegpipe,gif,apng,swf,nsv,roq,smk,"
        + "bink,4xm,film_cpk,ipmovie,vivo,thp,rl2,amv,nuv,cine,r3d,flic,dxa,pva,ty,lvf,mtv,mv,nc,ea,xmv,smjpeg,evc,iamf,";

    /// <summary>Opened only to say that they hold no video.</summary>
    private const string Sound =
        "mp3,wav,w64,flac,aac,ac3,eac3,dts,dtshd,aiff,caf,au,amr,amrnb,amrwb,ape,tta,wv,tak,mpc,mpc8,truehd,mlp,voc,oma,"
        + "loas,latm,ast,shn,spdif,";

    /// <summary>Pictures by content, each a single file; never image2, which follows numbers in names.</summary>
    private const string Pictures =
        "png_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,webp_pipe,bmp_pipe,tiff_pipe,ppm_pipe,pgm_pipe,pbm_pipe,pam_pipe,"
        + "pgmyuv_pipe,pfm_pipe,j2k_pipe,qoi_pipe,pcx_pipe,sgi_pipe,sunrast_pipe,dpx_pipe,exr_pipe,psd_pipe,xbm_pipe,"
        + "xpm_pipe,xwd_pipe,dds_pipe,gem_pipe,hdr_pipe,phm_pipe,photocd_pipe,pictor_pipe,vbn_pipe,cri_pipe,ico,gif,apng";

    /// <summary>For files: videos, and formats that must be recognised to refuse them clearly.</summary>
    public const string ForFiles = Video + Sound + Pictures;

    /// <summary>For images that come as bytes.</summary>
    public const string ForImages = Pictures;

    /// <summary>True for a picture; GIF and APNG are counted as videos, which they can be.</summary>
    public static bool IsPicture(string format) =>
        format.EndsWith("_pipe", StringComparison.Ordinal) || format is "image2" or "ico";

    /// <summary>The format that ffmpeg refused to open, from its messages; null where it refused none.</summary>
    public static string? RefusedIn(IEnumerable<string> messages) =>
        NotOnWhitelist().Match(string.Join('\n', messages)) is { Success: true } match ? match.Groups["format"].Value : null;

    /// <summary>Why a file of a refused format is not opened.</summary>
    public static string ReasonToRefuse(string format) => format switch
    {
        "image2" => "is a picture, not a video",
        "hls" or "dash" or "imf" => $"is a playlist ({format}): it names other files and is not a video itself; give the videos",
        "concat" => "is a concat script: it names other files and is not a video itself; give the videos",
        _ => $"is not a video (ffmpeg's format '{format}')",
    };

    [GeneratedRegex(@"\[(?<format>[^\s@\]]+) @ [^\]]*\] Format not on whitelist")]
    private static partial Regex NotOnWhitelist();
}
