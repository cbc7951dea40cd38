using TcMgc.Featurizer;
using TcMgc.Ingest;
using TcMgc.Shared;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Progress of indexing: a line for each file when it is done, and between them how many are, what is being decoded and encoded,
/// and the time that is left.
/// </summary>
/// <param name="files">Files that were given.</param>
/// <param name="progress">Shows it.</param>
internal sealed class IndexProgress(int files, Progress progress) : IProgress<DecodeProgress>, IProgress<EncodeProgress>
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VideoId, double> _decoded = [], _encoded = [];
    private int _done, _took, _quick;
    private string _decoding = "", _encoding = "";

    void IProgress<DecodeProgress>.Report(DecodeProgress value) => Move(() =>
    {
        _decoding = value.Duration is { } duration ? $", decoding {value.Frames}/{Math.Ceiling(duration):F0} s"
            : $", decoding {value.Frames} s so far";
        if (value.Duration is > 0 and { } length)
            _decoded[value.Video] = Math.Min(1, value.Frames / length);
    });

    void IProgress<EncodeProgress>.Report(EncodeProgress value) => Move(() =>
    {
        _encoding = $", encoding {value.Done}/{value.Frames} frames";
        (_decoded[value.Video], _encoded[value.Video]) = (1, (double)value.Done / Math.Max(1, value.Frames));
    });

    /// <summary>Shows what became of a file.</summary>
    public void Tell(FileOutcome outcome)
    {
        lock (_gate)
        {
            _done++;
            if (outcome.Status is FileStatus.Indexed or FileStatus.Failed)
                _took++;
            else
                _quick++; // Nothing is learnt from it about the others.
            if (outcome.Video is { } video)
            {
                _decoded.Remove(video);
                _encoded.Remove(video);
            }
            progress.Tell($"{_done,4}/{Math.Max(files, _done)}  {Verdict(outcome)}  "
                + $"{FilePaths.Display(outcome.Path)}{Detail(outcome)}");
        }
    }

    /// <summary>Shows a warning.</summary>
    public void Warn(string warning) => progress.Say(warning);

    private static string Verdict(FileOutcome outcome) => outcome.Status switch
    {
        FileStatus.Indexed => Terminal.Coloured("indexed", 32),
        FileStatus.AlreadyIndexed => Terminal.Coloured("already", 90),
        FileStatus.Duplicate => Terminal.Coloured("same   ", 90),
        _ => Terminal.Coloured("failed ", 31),
    };

    private static string Detail(FileOutcome outcome)
    {
        var parts = new List<string>();
        if (outcome is { Status: FileStatus.Indexed, Entry: { } entry })
        {
            parts.Add($"{Count(entry.Frames ?? 0, "frame")}, {Count(entry.Segments ?? 0, "segment")}, "
                + $"{entry.DecodeSeconds + entry.IndexSeconds:F1} s");
            if (entry.Warning is { } warning)
                parts.Add($"warning: {FilePaths.OneLine(warning)}");
        }
        if (outcome.Reason is not null)
            parts.Add(FilePaths.OneLine(outcome.Reason));
        return parts.Count == 0 ? "" : $"  ({string.Join("; ", parts)})";
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    /// <summary>Decoding and encoding a video are half of its work each.</summary>
    private void Move(Action change)
    {
        lock (_gate)
        {
            change();
            progress.Show($"{_done} of {files} files{_decoding}{_encoding}",
                _took + ((_decoded.Values.Sum() + _encoded.Values.Sum()) / 2), files - _quick);
        }
    }
}
