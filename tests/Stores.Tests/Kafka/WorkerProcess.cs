using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using TcMgc.Shared;
using TcMgc.Stores.Kafka;

namespace TcMgc.Stores.Tests.Kafka;

/// <summary>A <see cref="FeaturizerProcess"/> as its test sees it.</summary>
internal sealed partial class WorkerProcess : IDisposable
{
    private const int TerminateSignal = 15, StopSignal = 19, ContinueSignal = 18; // Of Linux.
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<DoneVideo> _done = [];

    public WorkerProcess(KafkaOptions options, string folder, string name, VideoId heldVideo)
    {
        Name = name;
        _process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!,
            [FeaturizerProcess.Command, options.BootstrapServers, options.Prefix, options.GroupProtocol.ToString(), folder, name,
                heldVideo.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    /// <summary>Videos that it did and committed, in their order.</summary>
    public IReadOnlyCollection<DoneVideo> Done => _done;

    /// <summary>Ends when it stands in the middle of a video.</summary>
    public Task Holds => _holds.Task;

    /// <summary>Ends it as the system does: at once, with nothing put in order.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Takes its processor time away.</summary>
    public void Freeze() => Send(StopSignal);

    /// <summary>Gives its processor time back.</summary>
    public void Thaw() => Send(ContinueSignal);

    /// <summary>Asks it to end; gives its status.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancel)
    {
        Send(TerminateSignal);
        await _process.WaitForExitAsync(cancel);
        return _process.ExitCode;
    }

    public void AssertRuns() => Assert.False(_process.HasExited, _errors.ToString());

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line?.Split(' ') is ["did", var video, var partition])
            _done.Enqueue(new(video, partition, Stopwatch.GetTimestamp()));
        if (line == "holding")
            _holds.TrySetResult();
    }

    private void Send(int signal) => Assert.Equal(0, Signal(_process.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}

/// <summary>A video that a worker did and committed.</summary>
/// <param name="Video">Its id.</param>
/// <param name="Partition">Where its event lies.</param>
/// <param name="At">When its test was told, in the stopwatch's ticks.</param>
internal sealed record DoneVideo(string Video, string Partition, long At);
