using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace TcMgc.EndToEnd.Tests;

/// <summary>How a run of the program ended.</summary>
internal sealed record Ended(int Status, string Output, string Errors)
{
    /// <summary>The lines of standard error.</summary>
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The program as a process of its own, as a user runs it; killed when it outlives its test.</summary>
internal sealed partial class ProgramRun : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly StringBuilder _output = new(), _errors = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _read;

    private ProgramRun(Process process)
    {
        _process = process;
        _read = ReadAllAsync();
    }

    public static ProgramRun Start(params IEnumerable<string> arguments) => StartIn(Path.GetTempPath(), arguments);

    public static ProgramRun StartIn(string folder, params IEnumerable<string> arguments) =>
        StartIn(folder, Command[0], [.. Command[1..], .. arguments], []);

    /// <summary>What starts the program.</summary>
    public static string[] Command => ["dotnet", InOutput("tcmgc.dll")];

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts another of the product's programs, with variables besides this process's.</summary>
    public static ProgramRun StartProgram(
        string assembly, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> variables) =>
        StartIn(Path.GetTempPath(), "dotnet", [InOutput(assembly), .. arguments], variables);

    /// <summary>Starts any command in a folder, with variables besides this process's.</summary>
    public static ProgramRun StartIn(
        string folder, string command, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> variables)
    {
        var start = new ProcessStartInfo(command)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    public static async Task<Ended> RunAsync(params IEnumerable<string> arguments)
    {
        using var run = Start(arguments);
        return await run.EndAsync();
    }

    /// <summary>Waits until a line of standard error or output holds a text; the run must not end before.</summary>
    public async Task<string> LineAsync(string holds)
    {
        using var limit = new CancellationTokenSource(s_longest);
        await foreach (var line in _lines.Reader.ReadAllAsync(limit.Token))
            if (line.Contains(holds, StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException($"the program ended without a line that holds '{holds}': {_errors}");
    }

    /// <summary>What kill -9 does: no handler runs.</summary>
    public void Kill() => _process.Kill();

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Assert.Equal(0, Signal(_process.Id, 2));

    /// <summary>What asks a service to stop.</summary>
    public void Terminate() => Assert.Equal(0, Signal(_process.Id, 15));

    /// <summary>Waits for its end.</summary>
    /// <param name="longest">How long at most; default ten minutes.</param>
    public async Task<Ended> EndAsync(TimeSpan? longest = null)
    {
        using var limit = new CancellationTokenSource(longest ?? s_longest);
        await _process.WaitForExitAsync(limit.Token);
        await _read.WaitAsync(limit.Token);
        return new(_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadAllAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _errors));
        _lines.Writer.Complete();
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            text.Append(line).Append('\n');
            _lines.Writer.TryWrite(line);
        }
    }

    private static string InOutput(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
