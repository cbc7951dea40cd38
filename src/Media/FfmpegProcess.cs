using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// One run of ffmpeg or ffprobe in its <see cref="Cage"/>: its output as a stream under a watchdog, its messages bounded.
/// Disposing it ends the process and waits for its end.
/// </summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    /// <summary>
    /// Exit status of a process that a signal ended is this and the signal's number; ffmpeg itself says 255 when interrupted.
    /// </summary>
    private const int SignalBase = 128, Interrupted = 255, Sigkill = 9, Sigterm = 15, Sigint = 2, Sigxcpu = 24, Sigxfsz = 25;

    /// <summary>Exit status of the shell where it cannot run the program.</summary>
    private const int NotExecutable = 126, NotFound = 127;

    private const int ChunkBytes = 4096;

    private readonly Process _process;
    private readonly string _program;
    private readonly MessageTail _messages;
    private readonly Task _draining;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _end;
    private readonly FfmpegInput _input;
    private readonly MediaOptions _options;
    private readonly TimeProvider _time;
    private readonly long _fileBytes;
    private readonly long _started;
    private bool _disposed;

    private FfmpegProcess(Process process, string program, FfmpegInput input, MediaOptions options, TimeProvider time,
        long fileBytes, FfmpegReport? report)
    {
        (_process, _program, _input, _options, _time, _fileBytes) = (process, program, input, options, time, fileBytes);
        _messages = new(report);
        _started = time.GetTimestamp();
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _silence.Token.UnsafeRegister(static self => ((FfmpegProcess)self!).Silent(), this);
        _end = new CancellationTokenSource(options.MaxTime, time);
        _end.Token.UnsafeRegister(static self => ((FfmpegProcess)self!).TooLong(), this);
        _draining = _messages.DrainAsync(process.StandardError);
    }

    /// <summary>The limit that ended the process, in words; null where none did, and before the end.</summary>
    public string? Limit { get; private set; }

    /// <summary>Where it runs and writes files, until this is disposed of.</summary>
    public string Folder => _input.Folder;

    /// <summary>Starts a program in its input's folder, which goes with it.</summary>
    /// <param name="program">A path, or a name to find on PATH.</param>
    /// <param name="arguments">Its arguments as one string.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">Clock of the watchdog.</param>
    /// <param name="fileBytes">Largest file that it may write in that folder.</param>
    /// <param name="report">Receives what ffmpeg tells, where its arguments have it name the level of each message.</param>
    /// <exception cref="UserException">There is no bash.</exception>
    public static FfmpegProcess Start(string program, string arguments, FfmpegInput input, MediaOptions options,
        TimeProvider time, long fileBytes = Cage.NoFile, FfmpegReport? report = null)
    {
        try
        {
            return new(Cage.Start(program, arguments, input.Folder, options, fileBytes), program, input, options, time,
                fileBytes, report);
        }
        catch (Win32Exception error)
        {
            input.Dispose();
            throw new UserException($"cannot run bash, which starts '{program}' within its limits ({error.Message})", error);
        }
    }

    internal static UserException NotRunnable(string program, string reason) =>
        new($"cannot run '{program}' ({reason}). Install ffmpeg 5.1 or newer (apt-get install ffmpeg, "
            + "or brew install ffmpeg), or set TCMGC_FFMPEG and TCMGC_FFPROBE to the paths of ffmpeg and ffprobe.");

    /// <summary>
    /// Fills a buffer with the process's output as far as it comes; less only at the output's end. The process is ended when the
    /// token is cancelled and when nothing comes for the time allowed (see <see cref="Limit"/>).
    /// </summary>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        ReadAsync(buffer, isWhole: true, cancellationToken);

    /// <summary>
    /// As <see cref="ReadAsync(Memory{byte}, CancellationToken)"/>, but gives what comes as soon as it comes; 0 only at the end.
    /// </summary>
    public ValueTask<int> ReadSomeAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        ReadAsync(buffer, isWhole: false, cancellationToken);

    /// <summary>
    /// The process's output line by line, each as soon as it has come; of a long line the beginning. Under the same watchdog.
    /// </summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (chunk, line) = (new byte[ChunkBytes], new StringBuilder());
        while (await ReadSomeAsync(chunk, cancellationToken) is > 0 and var read)
            for (var k = 0; k < read; k++)
                if (chunk[k] == '\n')
                {
                    yield return line.ToString();
                    line.Clear();
                }
                else if (line.Length < ChunkBytes)
                    line.Append((char)chunk[k]);
    }

    /// <summary>
    /// Waits for something that the process is to do, or for the end of its messages; under the same watchdog as its output.
    /// </summary>
    public async ValueTask WaitAsync(Task done, CancellationToken cancellationToken)
    {
        await using var ending = cancellationToken.UnsafeRegister(static self =>
            ((FfmpegProcess)self!).Kill(), this);
        _silence.CancelAfter(_options.StallTimeout);
        await Task.WhenAny(done, _draining);
        _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Waits for the process's end after its output has ended; gives its exit status and messages.</summary>
    /// <exception cref="UserException">
    /// It could not be run, or another program ended it: what it gave says nothing of the file.
    /// </exception>
    public async ValueTask<(int Status, IReadOnlyList<string> Messages)> EndAsync(CancellationToken cancellationToken)
    {
        await using var ending = cancellationToken.UnsafeRegister(static self =>
            ((FfmpegProcess)self!).Kill(), this);
        _silence.CancelAfter(_options.StallTimeout);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _draining;
        _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        cancellationToken.ThrowIfCancellationRequested();
        var (status, messages) = (_process.ExitCode, (string[])[.. _messages.Lines]);
        if (status is NotExecutable or NotFound)
            throw NotRunnable(_program, messages.FirstOrDefault() ?? $"status {status}");
        FfmpegMessages.ThrowIfTooOld(messages);
        FfmpegMessages.ThrowIfDiskFull(messages, _input.Folder);
        if (status != 0)
            FfmpegMessages.ThrowIfWithoutHardware(messages, _options.HardwareDecoding);
        Limit ??= SystemLimit(status, messages);
        if (Limit is null)
            await ThrowIfInterruptedAsync(status, cancellationToken);
        return (status, messages);
    }

    /// <summary>
    /// Ends the process and its children, if they have not ended: the pipe of the cage is closed. Nothing is thrown at whoever
    /// cancels.
    /// </summary>
    public void Kill() => _process.StandardInput.Close();

    /// <summary>Ends the process, if it has not ended, and waits for its end; its folder stays.</summary>
    public async ValueTask StopAsync()
    {
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _draining;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await StopAsync();
        _silence.Dispose();
        _end.Dispose();
        _process.Dispose();
        _input.Dispose();
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, bool isWhole, CancellationToken cancellationToken)
    {
        // Ending the process ends its output: a pending read of a pipe cannot be cancelled by a token on every system.
        await using var ending = cancellationToken.UnsafeRegister(static self =>
            ((FfmpegProcess)self!).Kill(), this);
        var output = _process.StandardOutput.BaseStream;
        var filled = 0;
        while (filled < buffer.Length && (isWhole || filled == 0))
        {
            _silence.CancelAfter(_options.StallTimeout);
            var read = await output.ReadAsync(buffer[filled..], CancellationToken.None);
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
            cancellationToken.ThrowIfCancellationRequested();
            if (read == 0)
                break;
            filled += read;
        }
        return filled;
    }

    /// <summary>The limit of the system that ended it. ffmpeg ends by itself when it is told of the first one.</summary>
    private string? SystemLimit(int status, string[] messages)
    {
        if (status == SignalBase + Sigxcpu || status is Interrupted or SignalBase + Sigkill
            && _time.GetElapsedTime(_started) * Environment.ProcessorCount >= _options.MaxCpuTime)
            return $"it took the processors for longer than {_options.MaxCpuTime} (Media:MaxCpuTime)";
        // Whoever started this process may have it ignore that signal, and what it runs too.
        if (status == SignalBase + Sigxfsz
            || status != 0 && messages.Any(line => line.EndsWith("File too large", StringComparison.Ordinal)))
            return $"it would be larger than {_fileBytes >> 20} MiB";
        return status != 0 && messages.Any(line => line.EndsWith("Cannot allocate memory", StringComparison.Ordinal))
            ? $"it needs more than {_options.MaxMemoryBytes >> 20} MiB of memory (Media:MaxMemoryBytes)" : null;
    }

    /// <exception cref="UserException">Another program ended it.</exception>
    private static async ValueTask ThrowIfInterruptedAsync(int status, CancellationToken cancellationToken)
    {
        if (status is not (Interrupted or SignalBase + Sigkill or SignalBase + Sigterm or SignalBase + Sigint))
            return;
        // What ends ffmpeg may be about to end this program too; ours is waited for, so that it is not taken for a bad file.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        throw new UserException($"ffmpeg was stopped from outside (status {status}); run the command again");
    }

    private void Silent() => End($"nothing more was decoded within {_options.StallTimeout.TotalSeconds:0} s");

    private void TooLong() => End($"it took longer than {_options.MaxTime} (Media:MaxTime)");

    private void End(string limit)
    {
        Limit ??= limit;
        Kill();
    }
}
