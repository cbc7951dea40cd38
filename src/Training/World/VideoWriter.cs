using System.ComponentModel;
using System.Diagnostics;
using TcMgc.Shared;

namespace TcMgc.Training.World;

/// <summary>Writes a scene as an H.264 file through one ffmpeg process.</summary>
internal sealed class VideoWriter(string ffmpeg)
{
    /// <summary>Side of the square picture in pixels, and pictures a second.</summary>
    public const int Side = 160, Rate = 8;

    /// <summary>Writes the file; it appears at its path when it is whole.</summary>
    public async Task WriteAsync(Scene scene, string path, CancellationToken cancel)
    {
        var partial = path + ".partial";
        using var process = Start(partial);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancel);
            await PaintAsync(scene, process.StandardInput.BaseStream, cancel);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0)
                throw new UserException($"{path}: ffmpeg could not write it: {(await errors).Trim().Split('\n')[0]}");
        }
        catch (IOException)
        {
            await process.WaitForExitAsync(cancel);
            throw new UserException(
                $"{path}: ffmpeg ended while it wrote it (status {process.ExitCode}); is the disk full, and has ffmpeg libx264?");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        File.Move(partial, path, overwrite: true);
    }

    private static async Task PaintAsync(Scene scene, Stream output, CancellationToken cancel)
    {
        var (painter, pixels) = (new Painter(scene, Side), new byte[Side * Side * 3]);
        for (var frame = 0; frame < scene.Seconds * Rate; frame++)
        {
            painter.Paint((double)frame / Rate, pixels);
            await output.WriteAsync(pixels, cancel);
        }
    }

    private Process Start(string path)
    {
        string[] arguments =
        [
            "-v", "error", "-nostats", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{Side}x{Side}", "-r", $"{Rate}", "-i",
            "pipe:0",
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", $"{2 * Rate}", "-pix_fmt", "yuv420p", "-threads", "1",
            "-fflags", "+bitexact", "-flags:v", "+bitexact", "-movflags", "+faststart", "-f", "mp4", path,
        ];
        try
        {
            return Process.Start(
                new ProcessStartInfo(ffmpeg, arguments) { RedirectStandardInput = true, RedirectStandardError = true })!;
        }
        catch (Win32Exception error)
        {
            throw new UserException(
                $"'{ffmpeg}' cannot be started: {error.Message}. Install ffmpeg (Debian: apt-get install ffmpeg; macOS: brew "
                    + "install ffmpeg)", error);
        }
    }
}
