using System.Net;
using System.Text;
using TcMgc.Media;

namespace TcMgc.Training.Datasets;

/// <summary>An overview of videos as an SVG picture: for each a strip of frames with its name and captions below.</summary>
/// <param name="media">Settings of ffmpeg.</param>
/// <param name="frames">Frames of a strip, evenly spaced, at most one per second.</param>
/// <param name="captions">Most captions shown of each video.</param>
internal sealed class ContactSheet(MediaOptions media, int frames, int captions)
{
    private const int Side = 96, Space = 2, LineHeight = 17, Gap = 16, FontSize = 12;
    private const double LetterWidth = 6.2;

    private readonly StringBuilder _rows = new();
    private double _height = Gap;

    private int Width => WidthOf(frames);

    public string Svg =>
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width + (2 * Gap)}\" height=\"{_height}\" "
        + $"font-family=\"sans-serif\" font-size=\"{FontSize}\">\n<rect width=\"100%\" height=\"100%\" "
        + $"fill=\"white\"/>\n{_rows}</svg>\n";

    /// <summary>Adds a video.</summary>
    /// <returns>Null, or why the video has no frame.</returns>
    public async Task<string?> AddAsync(CaptionedVideo video, CancellationToken cancel)
    {
        var strip = new SpacedFrames(frames, Side * Side * 3);
        if (await DatasetFrames.DecodeAsync(media, video, Side, strip, cancel) is { } reason)
            return reason;
        var picture = Convert.ToBase64String(await JpegAsync(strip, cancel));
        _rows.Append(
            $"<image x=\"{Gap}\" y=\"{_height}\" width=\"{WidthOf(strip.Count)}\" "
            + $"height=\"{Side}\" href=\"data:image/jpeg;base64,{picture}\"/>\n");
        _height += Side;
        Write(video.Id, "font-weight=\"bold\"");
        foreach (var line in video.Captions.Take(captions).SelectMany(Wrapped))
            Write(line, "fill=\"#333\"");
        _height += Gap;
        return null;
    }

    private static int WidthOf(int count) => (count * (Side + Space)) - Space;

    private void Write(string text, string style)
    {
        _height += LineHeight;
        var shown = WebUtility.HtmlEncode(string.Concat(text.Where(letter => !char.IsControl(letter))));
        _rows.Append(
            $"<text x=\"{Gap}\" y=\"{_height - 3}\" {style}>{shown}</text>\n");
    }

    private IEnumerable<string> Wrapped(string caption)
    {
        var line = "";
        foreach (var word in caption.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && (line.Length + 1 + word.Length) * LetterWidth > Width)
            {
                yield return line;
                line = "";
            }
            line = line.Length == 0 ? word : $"{line} {word}";
        }
        yield return line;
    }

    private async Task<byte[]> JpegAsync(SpacedFrames strip, CancellationToken cancel)
    {
        string[] arguments =
        [
            "-vf", $"tile={strip.Count}x1:padding={Space}:color=white", "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "4",
            "-pix_fmt", "yuvj420p", "-f", "mjpeg", "pipe:1",
        ];
        var picture = new MemoryStream();
        await new RawVideoEncoder(media.Ffmpeg)
            .EncodeAsync(Side, Side, 1, arguments, frames => frames.WriteAsync(strip.Pixels, cancel).AsTask(), picture, cancel);
        return picture.ToArray();
    }
}
