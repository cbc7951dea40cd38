using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TcMgc.EndToEnd.Tests;

/// <summary>What docs/api.md says to type.</summary>
public sealed partial class ApiDocumentTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task The_examples_run_as_they_stand()
    {
        var folder = Directory.CreateDirectory(place.New("examples")).FullName;
        File.Copy(TestClips.Distinct(2), Path.Combine(folder, "holiday.mp4"));
        File.Copy(TestClips.Still(TestClips.Distinct(2), 1), Path.Combine(folder, "still.png"));
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        var document = await File.ReadAllTextAsync(Path.Combine(SharedFolder.RepositoryRoot, "docs", "api.md"));
        var examples = string.Join('\n', Shell().Matches(document).Select(block => block.Groups[1].Value)
            .Where(block => !block.Contains("./tcmgc serve", StringComparison.Ordinal)));

        var (status, output) = await BashAsync(folder, $$"""
            set -eEuo pipefail
            trap 'echo "failed: $BASH_COMMAND"' ERR
            curl() { command curl -sS --fail-with-body --max-time 60 "$@"; }
            H={{run.Http.BaseAddress!.ToString().TrimEnd('/')}}
            {{examples}}
            """);

        Assert.True(status == 0, output);
        Assert.Contains("HTTP/1.1 304 Not Modified", output, StringComparison.Ordinal);
        Assert.Equal(1024, new FileInfo(Path.Combine(folder, "part")).Length);
        Assert.All(
            ["thumbnail.jpg", "preview.jpg"], name => Assert.Equal(
                [0xFF, 0xD8], File.ReadAllBytes(Path.Combine(folder, name))[..2]));
    }

    private static async Task<(int Status, string Output)> BashAsync(string folder, string script)
    {
        var start = new ProcessStartInfo("bash")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        using var bash = Process.Start(start)!;
        await bash.StandardInput.WriteAsync(script);
        bash.StandardInput.Close();
        var texts = await Task.WhenAll(bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.WaitForExitAsync();
        return (bash.ExitCode, string.Concat(texts));
    }

    [GeneratedRegex("^```sh\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shell();
}
