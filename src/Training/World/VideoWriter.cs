using TcMgc.Media;

namespace TcMgc.Training.World;

/// <summary>Writes a scene as an H.264 file.</summary>
/// <param name="ffmpeg">Name or path of the ffmpeg program.</param>
internal sealed class VideoWriter(string ffmpeg)
{
    /// <summary>Side of the square picture in pixels, and frames per second.</summary>
    public const int Side = 160, Rate = 8;

    private readonly RawVideoEncoder _encoder = new(ffmpeg);

    /// <summary>Writes the file, which appears at its path when it is complete.</summary>
    public async Task WriteAsync(Scene scene, string path, CancellationToken cancel)
    {
        var partial = path + ".partial";
        string[] arguments =
        [
            "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", $"{2 * Rate}", "-pix_fmt", "yuv420p",
            "-movflags", "+faststart", "-f", "mp4", partial,
        ];
        await _encoder.EncodeAsync(Side, Side, Rate, arguments, frames => PaintAsync(scene, frames, cancel), Stream.Null, cancel);
        File.Move(partial, path, overwrite: true);
    }

    private static async Task PaintAsync(Scene scene, Stream frames, CancellationToken cancel)
    {
        var painter = new Painter(scene, Side);
        var pixels = new byte[Side * Side * 3];
        for (var frame = 0; frame < scene.Seconds * Rate; frame++)
        {
            painter.Paint((double)frame / Rate, pixels);
            await frames.WriteAsync(pixels, cancel);
        }
    }
}
