using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace TcMgc.Tests.Common;

/// <summary>
/// Small real video files, which ffmpeg makes at first use, once per test run, in a folder that is removed when the run ends.
/// </summary>
internal static class TestClips
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Made = new();

    /// <summary>Twelve scenes that differ from each other and change from second to second. {0} is the size.</summary>
    private static readonly string[] Scenes =
    [
        "testsrc2=s={0}:r=10,hue=h=35*t",
        "mandelbrot=s={0}:r=10:start_scale=2:end_scale=0.02:end_pts=120:maxiter=300",
        "life=s=80x60:r=10:mold=20:ratio=0.4:seed=7:death_color=0x2030c0:life_color=0xf0e040:"
            + "mold_color=0x103010,scale={0}:flags=neighbor,hue=h=25*t",
        "gradients=s={0}:r=10:speed=0.02:seed=11:n=5,hue=h=20*t",
        "cellauto=s=80x60:r=10:rule=110:seed=5,format=yuv420p,scale={0}:flags=neighbor,"
            + "geq=lum='40+lum(X,Y)*0.6':cb='128+80*cos(T/2)':cr='128+80*sin(T/2)'",
        "sierpinski=s={0}:r=10:seed=3:jump=20,format=yuv420p,geq=lum='40+lum(X,Y)*0.6':cb='128-90*sin(T/2)':cr='128+90*cos(T/2)'",
        "smptehdbars=s={0}:r=10,rotate=0.7*t",
        "nullsrc=s={0}:r=10,geq=r='128+120*sin(X/17+3*T)':g='128+120*sin(Y/23-2*T)':b='128+120*sin((X+Y)/31+T)'",
        "rgbtestsrc=s={0}:r=10,scroll=h=0.01:v=0.004,hue=h=15*t",
        "nullsrc=s={0}:r=10,geq=lum='255*lt(hypot(X-W/2-W/3*cos(T),Y-H/2-H/3*sin(T)),H/5)'"
            + ":cb='128+100*sin(T/2)':cr='128+100*cos(T/3)'",
        "pal75bars=s={0}:r=10,rotate=-0.4*t,hue=h=10*t",
        "nullsrc=s={0}:r=10,geq=lum='mod(floor(X/(8+4*T))+floor(Y/(8+4*T)),2)*200+20':cb='128+60*cos(T)':cr='128-60*sin(T)'",
    ];

    /// <summary>
    /// A bar in front of the scene, for each round of the twelve. Rotated colours would not distinguish clips: scenes rotate
    /// theirs with time.
    /// </summary>
    private static readonly string[] Bars =
        ["", ",drawbox=w=iw/3:h=ih:c=black:t=fill", ",drawbox=x=iw*2/3:w=iw/3:h=ih:c=white:t=fill"];

    /// <summary>The folder of the clips; tests may add files with unique names.</summary>
    public static string Folder { get; } = CreateFolder();

    /// <summary>
    /// Clip <paramref name="index"/> (0 to 35) of a set of different clips: H.264 in MP4, 10 frames a second,
    /// no sound.
    /// </summary>
    public static string Distinct(int index, double seconds = 8, string size = "320x240") =>
        Make($"distinct-{index}", ".mp4", [.. Lavfi(Scene(index, size)), "-t", Text(seconds), .. Fast]);

    /// <summary>As <see cref="Distinct"/>, with a tone as sound.</summary>
    public static string WithSound(int index, double seconds = 3, string size = "320x240") =>
        Make($"sound-{index}", ".mp4",
            [.. Lavfi(Scene(index, size)), .. Lavfi($"sine=f={300 + index * 40}:r=22050"), "-t", Text(seconds), .. Fast, "-c:a",
                "aac"]);

    /// <summary>As <see cref="Distinct"/>, at a variable frame rate: about a third of the frames are missing, unevenly.</summary>
    public static string VariableRate(int index, double seconds = 8) =>
        Make($"vfr-{index}", ".mkv",
            [.. Lavfi(Scene(index, "320x240") + ",select='gt(mod(n*n,7),1)'"), "-t", Text(seconds), "-vsync", "vfr", .. Fast]);

    /// <summary>
    /// As <see cref="Distinct"/>, stored rotated, with the instruction to turn it by <paramref name="degrees"/>.
    /// </summary>
    public static string Rotated(int index, int degrees, double seconds = 3) =>
        Make($"rotated-{index}-{degrees}", ".mp4",
            ["-i", Distinct(index, seconds), "-c", "copy", "-metadata:s:v:0", $"rotate={degrees}"]);

    /// <summary>
    /// A grey clip of 32×32 whose frame <c>n</c> has the grey value <c>n × step</c> (after decoding to RGB), which identifies the
    /// sampled frames. 10 frames a second; further filters may drop or move frames.
    /// </summary>
    public static string Numbered(
        int frames, int step = 3, string filters = "null", string extension = ".mp4", params string[] output) =>
        Make($"numbered-{frames}", extension,
            [.. Lavfi(
                $"nullsrc=s=32x32:r=10:d={Text(frames / 10.0)},format=gray,geq=lum='N*{step}',"
                    + $"scale=in_range=pc:out_range=tv,format=yuv444p,{filters}"),
             "-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", .. output]);

    /// <summary>Sound only, in an MP4.</summary>
    public static string SoundOnly() => Make("sound-only", ".mp4", [.. Lavfi("sine=d=1"), "-c:a", "aac"]);

    /// <summary>The frame that a clip shows at a time, as a PNG picture.</summary>
    public static string Still(string clip, double seconds) =>
        Make("still", ".png", ["-ss", Text(seconds), "-i", clip, "-frames:v", "1"]);

    /// <summary>Any clip, by ffmpeg's arguments without the output; made once for the same arguments and extension.</summary>
    public static string Make(string name, string extension, IReadOnlyList<string> arguments)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', arguments))))[..12];
        var path = Path.Combine(Folder, $"{name}-{key}{extension}");
        return Made.GetOrAdd(path, _ => new(() => Run(arguments, path))).Value;
    }

    private static string[] Fast => ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p"];

    private static string[] Lavfi(string graph) => ["-f", "lavfi", "-i", graph];

    private static string Scene(int index, string size) =>
        string.Format(null, Scenes[index % Scenes.Length], size) + Bars[index / Scenes.Length];

    private static string Text(double value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Run(IReadOnlyList<string> arguments, string path)
    {
        string[] all = ["-v", "error", "-nostdin", "-y", .. arguments, path];
        var program = Environment.GetEnvironmentVariable("TCMGC_FFMPEG") ?? "ffmpeg";
        using var ffmpeg = Process.Start(new ProcessStartInfo(program, all) { RedirectStandardError = true })!;
        var errors = ffmpeg.StandardError.ReadToEnd();
        ffmpeg.WaitForExit();
        return ffmpeg.ExitCode == 0 && File.Exists(path)
            ? path
            : throw new InvalidOperationException($"ffmpeg could not make {Path.GetFileName(path)}: {errors}");
    }

    private static string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-clips-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}
