using System.Globalization;
using System.Text.RegularExpressions;

namespace TcMgc.Media;

/// <summary>
/// What ffmpeg says of its input at the level <c>info</c>, line by line: all that is needed of an ordinary video. What is not
/// ordinary is for <see cref="MediaProbe"/>, which knows more and says what is wrong.
/// </summary>
internal sealed partial class FfmpegReport
{
    /// <summary>A second input, of nothing: once ffmpeg tells of it, it has told all of the first.</summary>
    public const string EndOfInput = $"-f ffmetadata -i {Nothing}";

    /// <summary>The filters that let frames pass, and have ffmpeg tell the time of the first.</summary>
    public const string TellFirst = "split[first][all];[first]trim=end_frame=1,sidedata=mode=delete,showinfo=checksum=0,nullsink;"
        + "[all]null";

    private const string Nothing = "nothing";

    /// <summary>Longest video that is ordinary: beside what a longer one takes, a run of ffprobe is nothing.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Match> _streams = [];
    private string? _format, _recorded;
    private double? _duration;
    private bool _isTurned;

    /// <summary>Ends when all is told of the input.</summary>
    public Task Opened => _opened.Task;

    /// <summary>Ends when the time of the first frame is told.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Whether the first frame is that of the file's first second.</summary>
    public bool BeginsAtZero { get; private set; }

    /// <summary>Prepares the folder where ffmpeg will run.</summary>
    public static void Prepare(string folder) => File.WriteAllBytes(Path.Combine(folder, Nothing), []);

    /// <summary>Takes a line in.</summary>
    public void Add(string line)
    {
        if (_opened.Task.IsCompleted)
            TakeTime(line);
        else if (line.StartsWith("Input #1, ", StringComparison.Ordinal))
            _opened.SetResult();
        else if (Stream().Match(line) is { Success: true } stream)
            _streams.Add(stream);
        else if (Input().Match(line) is { Success: true } input)
            _format = input.Groups[1].Value;
        else if (Length().Match(line) is { Success: true } length)
            _duration = Number(length, 1) * 3600 + Number(length, 2) * 60 + Number(length, 3);
        else if (_duration is null && Recorded().Match(line) is { Success: true } recorded)
            _recorded = recorded.Groups[1].Value;
        else
            _isTurned |= line.Contains("displaymatrix:", StringComparison.Ordinal);
    }

    /// <summary>The video, where it is an ordinary one and within the limits; null otherwise.</summary>
    /// <param name="options">The limits.</param>
    /// <param name="now">No video was recorded later.</param>
    public MediaInfo? Describe(MediaOptions options, DateTimeOffset now)
    {
        if (!_opened.Task.IsCompleted || _isTurned || _format is null || _duration is not > 0
            || _duration > Longest.TotalSeconds || First("Video", "(attached pic)") is not { } stream
            || StillPicture().IsMatch(stream) || Video().Match(stream) is not { Success: true } video)
            return null;
        var (codec, pixels, details) = (video.Groups["codec"].Value, video.Groups["pixels"].Value, video.Groups["details"].Value);
        var (width, height) = ((int)Number(video, "width"), (int)Number(video, "height"));
        var order = FieldOrder().Match(details) is { Success: true } told ? told.Value : null;
        if (options.IsTooLarge(width, height) || _duration * Rate(stream) > options.MaxFrames
            || MediaProbe.MayBeInterlaced(width, height, pixels, codec, order))
            return null;
        var aspect = MediaProbe.Aspect(
            PixelShape().Matches(stream) is [.., var shape] ? Number(shape, 1) / Number(shape, 2) : 1);
        var sound = First("Audio") is { } audio ? Stream().Match(audio).Groups["codec"].Value : null;
        return new()
        {
            Format = _format,
            Codec = codec,
            PixelFormat = pixels,
            StreamIndex = (int)Number(video, "index"),
            CodedWidth = width,
            CodedHeight = height,
            Width = MediaProbe.ShownWidth(width, aspect),
            Height = height,
            Rotation = 0,
            SampleAspect = aspect,
            Duration = _duration,
            RecordedAt = RecordingTime.Of(_recorded, now),
            HasSound = sound is not null,
            SoundCodec = sound is "none" ? null : sound,
        };
    }

    /// <summary>The line of the first stream of a kind, in the file's order; null where there is none.</summary>
    private string? First(string kind, string? without = null) => _streams
        .Where(stream => stream.Groups["kind"].Value == kind
            && (without is null || !stream.Value.Contains(without, StringComparison.Ordinal)))
        .MinBy(stream => Number(stream, "index"))?.Value;

    private void TakeTime(string line)
    {
        if (_begun.Task.IsCompleted || ShownFrame().Match(line) is not { Success: true } shown)
            return;
        BeginsAtZero = shown.Groups[1].Value == "0";
        _begun.SetResult();
    }

    private static double Rate(string stream) => FrameRate().Match(stream) is { Success: true } rate
        ? Number(rate, 1) * (rate.Groups[2].Length > 0 ? 1000 : 1) : 0;

    private static double Number(Match match, int group) => Number(match.Groups[group]);

    private static double Number(Match match, string group) => Number(match.Groups[group]);

    private static double Number(Group group) => double.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^Input #0, ([\w,]+), from ")]
    private static partial Regex Input();

    [GeneratedRegex(@"^  Duration: (\d+):(\d\d):(\d\d\.\d\d), ")]
    private static partial Regex Length();

    [GeneratedRegex($"^    {RecordingTime.Tag} *: (.+)$")]
    private static partial Regex Recorded();

    // What containers say of a stream stands further to the right than this.
    [GeneratedRegex(@"^  Stream #0:(?<index>\d{1,4})(?:\[0x\w+\])?(?:\([^)]*\))?: (?<kind>\w+): (?<codec>\w+).*$")]
    private static partial Regex Stream();

    [GeneratedRegex(@"^  Stream #0:(?<index>\d+)(?:\[0x\w+\])?(?:\([^)]*\))?: Video: (?<codec>\w+)(?: \([^)]*\))*, "
        + @"(?<pixels>\w+)(?:\((?<details>[^()]*)\))?, (?<width>\d{1,6})x(?<height>\d{1,6})[^()]*(?: \([a-z -]+\))*$")]
    private static partial Regex Video();

    [GeneratedRegex(@"\((?:still image|timed thumbnails)\)")]
    private static partial Regex StillPicture();

    [GeneratedRegex(@"\bprogressive\b|\b(?:top|bottom)\b")]
    private static partial Regex FieldOrder();

    /// <summary>The stream's own comes last; it overrides the codec's.</summary>
    [GeneratedRegex(@"\bSAR (\d+):(\d+) DAR ")]
    private static partial Regex PixelShape();

    [GeneratedRegex(@", (\d+(?:\.\d+)?)(k?) fps\b")]
    private static partial Regex FrameRate();

    [GeneratedRegex(@"\bn: *0 pts: *(-?\d+|NOPTS) ")]
    private static partial Regex ShownFrame();
}
