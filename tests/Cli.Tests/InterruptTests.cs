using System.Diagnostics;

namespace TcMgc.Cli.Tests;

public sealed class InterruptTests : IDisposable
{
    private readonly LocalHub _hub = new() { Stall = new(TaskCreationOptions.RunContinuationsAsynchronously) };
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-interrupt-").FullName;

    public void Dispose()
    {
        _hub.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    // Without a handler the runtime would end the process at once, without clean-up.
    [Fact]
    public async Task An_interrupted_command_exits_with_130_and_a_message()
    {
        foreach (var file in new[] { "config.json", "vocab.json", "merges.txt", "model.safetensors" })
            _hub.Files[$"somebody/model/{file}"] = [1, 2, 3];
        using var tcmgc = Process.Start(new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "tcmgc.dll"), "model", "pull", "somebody/model", "--out",
                Path.Combine(_folder, "model"), "--base", _hub.Address])
        {
            RedirectStandardError = true,
        })!;
        await Task.WhenAny(_hub.Stall!.Task, tcmgc.WaitForExitAsync());

        using var kill = Process.Start("kill", ["-TERM", $"{tcmgc.Id}"]);
        var errors = await tcmgc.StandardError.ReadToEndAsync();
        await tcmgc.WaitForExitAsync();

        Assert.EndsWith(
            "tcmgc: interrupted; nothing is left half done: run the command again\n", errors, StringComparison.Ordinal);
        Assert.Equal(130, tcmgc.ExitCode);
    }
}
