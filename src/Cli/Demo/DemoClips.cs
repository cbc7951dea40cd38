using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using TcMgc.Shared;

namespace TcMgc.Cli.Demo;

/// <summary>Real video files for the demonstration, each unlike the others and unlike itself from second to second, made by ffmpeg.</summary>
internal sealed class DemoClips(string ffmpeg, string folder)
{
    private const int Seconds = 8;
    private const string Size = "320x240";

    /// <summary>What each clip shows, and the ffmpeg source that draws it.</summary>
    private static readonly (string Name, string Source)[] s_scenes =
    [
        ("fractal-zoom", $"mandelbrot=s={Size}:r=25:start_scale=2:end_scale=0.05:end_pts=100:maxiter=200"),
        ("game-of-life", $"life=s=80x60:r=10:mold=20:ratio=0.4:seed=7:death_color=0x2030c0:life_color=0xf0e040,scale={Size}:flags=neighbor,hue=h=30*t"),
        ("test-card", $"testsrc2=s={Size}:r=25,hue=h=40*t"),
        ("drifting-colours", $"gradients=s={Size}:r=25:speed=0.02:seed=11:n=5,hue=h=25*t"),
        ("turning-bars", $"smptehdbars=s={Size}:r=25,rotate=0.7*t"),
        ("crossing-waves", $"nullsrc=s={Size}:r=25,geq=r='128+120*sin(X/17+3*T)':g='128+120*sin(Y/23-2*T)':b='128+120*sin((X+Y)/31+T)'"),
        ("ball-in-a-circle", $"nullsrc=s={Size}:r=25,geq=lum='255*lt(hypot(X-W/2-W/3*cos(T),Y-H/2-H/3*sin(T)),H/5)':cb='128+100*sin(T/2)':cr='128+100*cos(T/3)'"),
        ("growing-chessboard", $"nullsrc=s={Size}:r=25,geq=lum='mod(floor(X/(8+4*T))+floor(Y/(8+4*T)),2)*200+20':cb='128+60*cos(T/3)':cr='128-60*sin(T/3)'"),
    ];

    /// <summary>The clips by name; those that are there are kept.</summary>
    public async Task<IReadOnlyList<string>> MakeAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var paths = new List<string>();
        foreach (var (name, source) in s_scenes)
        {
            var path = Path.Combine(folder, $"{name}.mp4");
            if (!File.Exists(path))
                await RunAsync(path, cancel, "-f", "lavfi", "-i", source, "-t", $"{Seconds}", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p");
            paths.Add(path);
        }
        return paths;
    }

    /// <summary>A picture of a clip at a time, as a person would cut it.</summary>
    public async Task<string> StillAsync(string clip, double time, CancellationToken cancel)
    {
        var path = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(clip)}.png");
        await RunAsync(path, cancel, "-ss", time.ToString(CultureInfo.InvariantCulture), "-i", clip, "-frames:v", "1");
        return path;
    }

    /// <summary>Runs ffmpeg into a file that appears when it is whole.</summary>
    private async Task RunAsync(string output, CancellationToken cancel, params string[] arguments)
    {
        var partial = Path.Combine(folder, $"partial{Path.GetExtension(output)}");
        using var process = Start([.. (string[])["-v", "error", "-nostdin", "-y"], .. arguments, partial]);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0)
                throw new UserException($"ffmpeg could not make {output}: {(await errors).Trim().Split('\n')[0]}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
        File.Move(partial, output, overwrite: true);
    }

    private Process Start(IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(ffmpeg, arguments) { RedirectStandardError = true })!;
        }
        catch (Win32Exception error)
        {
            throw new UserException($"'{ffmpeg}' cannot be started: {error.Message}. Install ffmpeg (Debian: apt-get install ffmpeg; macOS: brew install ffmpeg)", error);
        }
    }
}
