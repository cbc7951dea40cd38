using System.Diagnostics;
using System.Net;
using TcMgc.Shared;

namespace TcMgc.Cli.Soak;

/// <summary>
/// A program of the installation as a child process: started again whenever it ends, and killed with this process, even by
/// kill -9.
/// </summary>
internal sealed class Worker : IAsyncDisposable
{
    /// <summary>
    /// The shell becomes the program. Its background job reads a pipe from this process, which ends with it; then it kills the
    /// program, if that is still its parent.
    /// </summary>
    private const string Script = """
        exec 3<&0 </dev/null 2>&1
        {
          while read -r -u 3 _; do :; done
          read -r _ _ _ parent _ < /proc/$BASHPID/stat
          [ "$parent" = $$ ] && kill -KILL $$
        } >/dev/null 2>&1 &
        exec 3<&-
        exec "$@"
        """;

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(100), s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder;
    private readonly string[] _command;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly HttpClient _http;
    private readonly List<string> _accidents = [];
    private readonly List<List<UsageSample>> _lives = [];
    private Process? _process;
    private Task _logging = Task.CompletedTask;
    private long _started;
    private bool _isFrozen;

    /// <param name="name">Its name in reports.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="data">Its data folder.</param>
    /// <param name="command">What starts it.</param>
    /// <param name="folder">Where it runs, and its log is written.</param>
    /// <param name="time">Measures.</param>
    public Worker(string name, Uri address, string data, string[] command, string folder, TimeProvider time)
    {
        (Name, Address, Data, _command, _folder, _time) = (name, address, data, command, folder, time);
        _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(5) };
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Its data folder.</summary>
    public string Data { get; }

    /// <summary>The file with all that it says.</summary>
    public string Log => Path.Combine(_folder, $"{Name}.log");

    /// <summary>Whether it decodes, and so starts ffmpeg.</summary>
    public bool Decodes { get; init; }

    /// <summary>Times that it ended, or did not start, without having been struck; one line each.</summary>
    public IReadOnlyList<string> Accidents
    {
        get
        {
            lock (_accidents)
                return [.. _accidents];
        }
    }

    /// <summary>What it took in its last life.</summary>
    public Usage? Usage
    {
        get
        {
            lock (_lives)
                return _lives.Count == 0 ? null : Usage.Of(_lives[^1]);
        }
    }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Starts it, and waits until it answers.</summary>
    /// <exception cref="UserException">It ends instead.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await RiseAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Kills it, and starts it again.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            await FallAsync();
            await RiseAsync(cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes it stand still for a while.</summary>
    public async Task FreezeAsync(TimeSpan lasts, CancellationToken cancel)
    {
        try
        {
            _isFrozen = true;
            Processes.Send(_process!.Id, Processes.Stop);
            await Task.Delay(lasts, _time, cancel);
        }
        finally
        {
            Processes.Send(_process!.Id, Processes.Continue);
            _isFrozen = false;
        }
    }

    /// <summary>Makes every disk full for it for a while.</summary>
    public async Task FillDiskAsync(TimeSpan lasts, CancellationToken cancel)
    {
        try
        {
            Processes.LimitFiles(_process!.Id, isFull: true);
            await Task.Delay(lasts, _time, cancel);
        }
        finally
        {
            Processes.LimitFiles(_process!.Id, isFull: false);
        }
    }

    /// <summary>Kills the ffmpegs that run for it.</summary>
    /// <returns>How many.</returns>
    public int KillFfmpeg()
    {
        var running = Processes.Below(_process!.Id, "ffmpeg", "ffprobe");
        foreach (var ffmpeg in running)
            Processes.Send(ffmpeg, Processes.Kill);
        return running.Count;
    }

    /// <summary>Whether it is ready for work.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/readyz", UriKind.Relative), cancel);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Watches what it takes, and starts it again where it ends without having been asked to; until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            if (!await _turn.WaitAsync(TimeSpan.Zero, cancel))
                continue; // It is being killed.
            try
            {
                if (_process!.HasExited)
                {
                    Accident($"ended by itself with status {_process.ExitCode}: {await LastLineAsync()}");
                    await RiseAsync(cancel);
                }
                else if (!_isFrozen && Processes.Usage(_process.Id) is var (bytes, handles))
                    lock (_lives)
                        _lives[^1].Add(new(_time.GetElapsedTime(_started), bytes, handles));
            }
            catch (UserException error)
            {
                Accident(error.Message);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    /// <summary>Asks it to end, and waits until it has; what is not an orderly end is an accident.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        Processes.Send(_process!.Id, Processes.Terminate);
        await _process.WaitForExitAsync(cancel).WaitAsync(s_patience, _time, cancel).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
        if (!_process.HasExited)
            Accident($"did not end within {s_patience.TotalSeconds:F0} s of being asked to");
        else if (_process.ExitCode != 0)
            Accident($"ended with status {_process.ExitCode} when asked to: {await LastLineAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await FallAsync();
        _http.Dispose();
        _turn.Dispose();
    }

    private async Task RiseAsync(CancellationToken cancel)
    {
        var start = new ProcessStartInfo("bash", ["-c", Script, "bash", .. _command])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _process?.Dispose();
        _process = Process.Start(start)!;
        _started = _time.GetTimestamp();
        lock (_lives)
            _lives.Add([]);
        Starts++;
        await _logging;
        _logging = LogAsync(_process.StandardOutput.BaseStream);
        while (!await AnswersAsync(cancel))
        {
            if (_process.HasExited)
                throw new UserException(
                    $"{Name} does not start (status {_process.ExitCode}): {await LastLineAsync()}");
            if (_time.GetElapsedTime(_started) > s_patience)
                throw new UserException($"{Name} does not answer within {s_patience.TotalSeconds:F0} s of its start");
            await Task.Delay(s_glance, _time, cancel);
        }
    }

    private async Task FallAsync()
    {
        if (!_process!.HasExited)
            Processes.Send(_process.Id, Processes.Kill);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.StandardInput.Close();
        await _logging;
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri("/healthz", UriKind.Relative), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException && !cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task LogAsync(Stream said)
    {
        var log = new FileStream(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await using (log)
            await said.CopyToAsync(log, CancellationToken.None);
    }

    private async Task<string> LastLineAsync()
    {
        await _logging;
        return File.ReadLines(Log).LastOrDefault(line => line.Length > 0) ?? "it said nothing";
    }

    private void Accident(string what)
    {
        lock (_accidents)
            _accidents.Add($"{Name} {what}");
    }
}
