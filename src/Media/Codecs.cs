using System.Text.RegularExpressions;

namespace TcMgc.Media;

/// <summary>The decoders of ordinary footage, by ffmpeg's names: all that is opened. docs/video.md lists them.</summary>
internal static partial class Codecs
{
    private const string Video =
        "h264,hevc,vvc,av1,libdav1d,libaom-av1,vp6,vp6a,vp6f,vp8,vp9,libvpx,libvpx-vp9,mpeg1video,mpeg2video,mpegvideo,mpeg4,"
        + "h261,h263,h263i,h263p,msmpeg4v1,msmpeg4v2,msmpeg4,flv,wmv1,wmv2,wmv3,vc1,rv10,rv20,rv30,rv40,theora,mjpeg,mjpegb,"
        + "prores,dnxhd,cfhd,dvvideo,ffv1,ffvhuff,huffyuv,utvideo,magicyuv,rawvideo,v210,v410,r210,qtrle,rpza,svq1,svq3,"
        + "cinepak,hap,jpeg2000,libopenjpeg,flashsv,flashsv2,zmbv,tscc,tscc2,msrle,msvideo1,gif,apng,";

    private const string Pictures = "png,bmp,tiff,webp,ppm,pgm,pbm,pam,pgmyuv,qoi,libjxl,";

    /// <summary>Sound and subtitles are not decoded, but ffprobe opens their decoders.</summary>
    private const string Beside =
        "aac,aac_fixed,aac_latm,ac3,ac3_fixed,eac3,dca,truehd,mlp,mp1,mp1float,mp2,mp2float,mp3,mp3float,opus,libopus,vorbis,"
        + "libvorbis,flac,alac,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,"
        + "pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,pcm_bluray,pcm_dvd,s302m,adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_swf,g722,"
        + "g726,gsm,gsm_ms,amrnb,amrwb,libopencore_amrnb,libopencore_amrwb,wmav1,wmav2,wmapro,wmalossless,wmavoice,cook,sipr,"
        + "ra_144,ra_288,nellymoser,speex,libspeex,qdm2,mov_text,ass,ssa,srt,subrip,webvtt,text,dvdsub,dvbsub,pgssub,xsub,"
        + "cc_dec,libzvbi_teletextdec";

    /// <summary>All of them, joined by commas.</summary>
    public const string All = Video + Pictures + Beside;

    /// <summary>The decoder that ffmpeg refused to open, from its messages; null where it refused none.</summary>
    public static string? RefusedIn(IEnumerable<string> messages) =>
        NotOnWhitelist().Match(string.Join('\n', messages)) is { Success: true } match ? match.Groups["codec"].Value : null;

    /// <summary>Why a file with a refused codec is not opened.</summary>
    public static string ReasonToRefuse(string codec) =>
        $"has a stream of the codec '{codec}', which is not opened here; convert it to H.264";

    [GeneratedRegex(@"Codec \((?<codec>[^)]+)\) not on whitelist")]
    private static partial Regex NotOnWhitelist();
}
