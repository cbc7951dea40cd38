using System.ComponentModel;
using System.Diagnostics;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>Encodes raw RGB24 frames as video or picture through one ffmpeg process.</summary>
/// <param name="ffmpeg">The program.</param>
public sealed class RawVideoEncoder(string ffmpeg)
{
    /// <summary>Runs ffmpeg over the frames that <paramref name="write"/> gives it.</summary>
    /// <param name="width">Width of a frame in pixels.</param>
    /// <param name="height">Height of a frame in pixels.</param>
    /// <param name="rate">Frames a second.</param>
    /// <param name="arguments">What to make of them: ffmpeg's options of the output, and its file or <c>pipe:1</c>.</param>
    /// <param name="write">Writes the frames, width · height · 3 bytes each.</param>
    /// <param name="output">Receives what ffmpeg writes to <c>pipe:1</c>.</param>
    /// <param name="cancel">Ends ffmpeg.</param>
    /// <exception cref="UserException">ffmpeg is not installed, or cannot write the output.</exception>
    public async Task EncodeAsync(int width, int height, int rate, IReadOnlyList<string> arguments,
        Func<Stream, Task> write, Stream output, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var process = Start([
            "-v", "error", "-nostats", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", $"{width}x{height}", "-r", $"{rate}",
            "-i", "pipe:0", "-threads", "1", "-fflags", "+bitexact", "-flags:v", "+bitexact", .. arguments]);
        try
        {
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, cancel);
            var messages = process.StandardError.ReadToEndAsync(cancel);
            try
            {
                await write(process.StandardInput.BaseStream);
                process.StandardInput.Close();
            }
            catch (IOException) // ffmpeg ended early; it says why.
            {
            }
            await reading;
            await process.WaitForExitAsync(cancel);
            if (process.ExitCode != 0)
                throw new UserException(
                    $"{arguments[^1]}: ffmpeg could not write it (status {process.ExitCode}): "
                    + (await messages).Trim().Split('\n')[0]);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private Process Start(string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(ffmpeg, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception error)
        {
            throw FfmpegProcess.NotRunnable(ffmpeg, error.Message);
        }
    }
}
