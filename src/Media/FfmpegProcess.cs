using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// One run of ffmpeg or ffprobe: its output as a stream under a watchdog, its messages bounded. Disposing it ends the process and
/// waits for its end.
/// </summary>
internal sealed class FfmpegProcess : IAsyncDisposable
{
    /// <summary>
    /// Exit status of a process that a signal ended is this and the signal's number; ffmpeg itself says 255 when interrupted.
    /// </summary>
    private const int SignalBase = 128, Interrupted = 255, Sigkill = 9, Sigterm = 15, Sigint = 2;

    private readonly Process _process;
    private readonly MessageTail _messages = new();
    private readonly Task _draining;
    private readonly CancellationTokenSource _watchdog;
    private readonly FfmpegInput _input;
    private readonly TimeSpan _patience;
    private bool _disposed;

    private FfmpegProcess(Process process, FfmpegInput input, TimeSpan patience, TimeProvider time)
    {
        _process = process;
        _input = input;
        _patience = patience;
        _watchdog = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _watchdog.Token.UnsafeRegister(static self => ((FfmpegProcess)self!).Stall(), this);
        _draining = _messages.DrainAsync(process.StandardError);
    }

    /// <summary>True when the watchdog ended the process.</summary>
    public bool Stalled { get; private set; }

    /// <summary>Starts a program in its input's folder, which goes with it.</summary>
    /// <exception cref="UserException">The program is not installed.</exception>
    public static FfmpegProcess Start(
        string program, string arguments, FfmpegInput input, MediaOptions options, TimeProvider time)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = input.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("FFREPORT"); // would write a report beside the user's files
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        try
        {
            var process = Process.Start(start)!;
            process.StandardInput.Close();
            return new(process, input, options.StallTimeout, time);
        }
        catch (Win32Exception error)
        {
            input.Dispose();
            throw NotRunnable(program, error);
        }
    }

    internal static UserException NotRunnable(string program, Exception error) =>
        new($"cannot run '{program}' ({error.Message}). Install ffmpeg 5.1 or newer (apt-get install ffmpeg, "
            + "or brew install ffmpeg), or set TCMGC_FFMPEG and TCMGC_FFPROBE to the paths of ffmpeg and ffprobe.", error);

    /// <summary>
    /// Fills a buffer with the process's output as far as it comes; less only at the output's end. The process is ended when the
    /// token is cancelled and when nothing comes for the time allowed (see <see cref="Stalled"/>).
    /// </summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Ending the process ends its output: a pending read of a pipe cannot be cancelled by a token on every system.
        await using var ending = cancellationToken.UnsafeRegister(static self =>
            ((FfmpegProcess)self!).Kill(), this);
        var output = _process.StandardOutput.BaseStream;
        var filled = 0;
        while (filled < buffer.Length)
        {
            _watchdog.CancelAfter(_patience);
            var read = await output.ReadAsync(buffer[filled..], CancellationToken.None);
            _watchdog.CancelAfter(Timeout.InfiniteTimeSpan);
            cancellationToken.ThrowIfCancellationRequested();
            if (read == 0)
                break;
            filled += read;
        }
        return filled;
    }

    /// <summary>Waits for the process's end after its output has ended; gives its exit status and messages.</summary>
    /// <exception cref="UserException">Another program ended it: what it gave says nothing of the file.</exception>
    public async ValueTask<(int Status, IReadOnlyList<string> Messages)> EndAsync(CancellationToken cancellationToken)
    {
        await using var ending = cancellationToken.UnsafeRegister(static self =>
            ((FfmpegProcess)self!).Kill(), this);
        _watchdog.CancelAfter(_patience);
        await _process.WaitForExitAsync(CancellationToken.None);
        await _draining;
        _watchdog.CancelAfter(Timeout.InfiniteTimeSpan);
        cancellationToken.ThrowIfCancellationRequested();
        var status = _process.ExitCode;
        if (!Stalled)
            await ThrowIfInterruptedAsync(status, cancellationToken);
        string[] messages = [.. _messages.Lines];
        FfmpegMessages.ThrowIfTooOld(messages);
        return (status, messages);
    }

    /// <summary>Ends the process and its children, if they have not ended.</summary>
    public void Kill() => Try(() => _process.Kill(entireProcessTree: true));

    /// <summary>
    /// Kills without an exception: one would be thrown at whoever cancels, and from the watchdog's timer it would end this
    /// program.
    /// </summary>
    internal static void Try(Action kill)
    {
        try
        {
            kill();
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended, or the system does not let it be ended: then its end is waited for.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await _draining;
        _watchdog.Dispose();
        _process.Dispose();
        _input.Dispose();
    }

    /// <summary>
    /// Ctrl-C reaches ffmpeg and this program at the same time; ours is waited for, so that it is not taken for a bad file.
    /// </summary>
    /// <exception cref="UserException">Another program ended it.</exception>
    private static async ValueTask ThrowIfInterruptedAsync(int status, CancellationToken cancellationToken)
    {
        if (status is not (Interrupted or SignalBase + Sigkill or SignalBase + Sigterm or SignalBase + Sigint))
            return;
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        throw new UserException($"ffmpeg was stopped from outside (status {status}); run the command again");
    }

    private void Stall()
    {
        Stalled = true;
        Kill();
    }
}
