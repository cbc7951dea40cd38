using System.Diagnostics;
using TcMgc.Featurizer;
using TcMgc.Ingest;

namespace TcMgc.Cli.Pipeline;

/// <summary>
/// Progress of indexing on standard error: a line for each file when it is done, and on a terminal a moving line that shows what
/// is being decoded and encoded.
/// </summary>
/// <param name="files">Files that were given.</param>
internal sealed class ConsoleIndexProgress(int files) : IProgress<DecodeProgress>, IProgress<EncodeProgress>
{
    private readonly bool _live = !Console.IsErrorRedirected;
    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private int _done;
    private string _decoding = "", _encoding = "";

    void IProgress<DecodeProgress>.Report(DecodeProgress value) => Move(() => _decoding = value.Duration is { } duration
        ? $"decoding {value.Frames} of {Math.Ceiling(duration):F0} s"
        : $"decoding, {value.Frames} s so far");

    void IProgress<EncodeProgress>.Report(EncodeProgress value) =>
        Move(() => _encoding = $"encoding {value.Done} of {value.Frames} frames");

    /// <summary>Shows what became of a file.</summary>
    public void Tell(FileOutcome outcome)
    {
        lock (_gate)
        {
            _done++;
            Clear();
            Console.Error.WriteLine($"{_done,4}/{Math.Max(files, _done)}  {Verdict(outcome)}  "
                + $"{FilePaths.Display(outcome.Path)}{Detail(outcome)}");
            Draw();
        }
    }

    /// <summary>Shows a warning.</summary>
    public void Warn(string warning)
    {
        lock (_gate)
        {
            Clear();
            Console.Error.WriteLine($"tcmgc: {warning}");
            Draw();
        }
    }

    /// <summary>Removes the moving line.</summary>
    public void End()
    {
        lock (_gate)
            Clear();
    }

    private string Verdict(FileOutcome outcome) => outcome.Status switch
    {
        FileStatus.Indexed => Coloured("indexed", 32),
        FileStatus.AlreadyIndexed => Coloured("already", 90),
        FileStatus.Duplicate => Coloured("same   ", 90),
        _ => Coloured("failed ", 31),
    };

    private string Coloured(string text, int colour) => _live ? $"\u001b[{colour}m{text}\u001b[0m" : text;

    private static string Detail(FileOutcome outcome)
    {
        var parts = new List<string>();
        if (outcome is { Status: FileStatus.Indexed, Entry: { } entry })
        {
            parts.Add($"{Count(entry.Frames ?? 0, "frame")}, {Count(entry.Segments ?? 0, "segment")}, "
                + $"{entry.DecodeSeconds + entry.IndexSeconds:F1} s");
            if (entry.Warning is { } warning)
                parts.Add($"warning: {warning}");
        }
        if (outcome.Reason is not null)
            parts.Add(outcome.Reason);
        return parts.Count == 0 ? "" : $"  ({string.Join("; ", parts)})";
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private void Move(Action change)
    {
        lock (_gate)
        {
            change();
            Clear();
            Draw();
        }
    }

    private void Draw()
    {
        if (!_live)
            return;
        var line = $"      {_done} of {files} files in {Stopwatch.GetElapsedTime(_started):m\\:ss}  {_decoding}  {_encoding}";
        Console.Error.Write(line.Length < Console.BufferWidth ? line : line[..Math.Max(0, Console.BufferWidth - 1)]);
    }

    private void Clear()
    {
        if (_live)
            Console.Error.Write("\r\u001b[K");
    }
}
