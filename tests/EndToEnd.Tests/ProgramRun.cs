using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The program as a process of its own, as a user runs it; killed when it outlives its test.</summary>
internal sealed partial class ProgramRun : Run
{
    private readonly Process _process;
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

    /// <summary>What kill -9 does: no handler runs.</summary>
    public void Kill() => _process.Kill();

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Assert.Equal(0, Signal(_process.Id, 2));

    /// <summary>What asks a service to stop.</summary>
    public void Terminate() => Assert.Equal(0, Signal(_process.Id, 15));

    public override void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    protected override async Task<int> StatusAsync(CancellationToken cancel)
    {
        await _process.WaitForExitAsync(cancel);
        await _read.WaitAsync(cancel);
        return _process.ExitCode;
    }

    private async Task ReadAllAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput, Output), ReadAsync(_process.StandardError, Errors));
        CompleteLines();
    }

    private static async Task ReadAsync(StreamReader reader, LineWriter kept)
    {
        while (await reader.ReadLineAsync() is { } line)
            kept.Write($"{line}\n");
    }

    private static string InOutput(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
