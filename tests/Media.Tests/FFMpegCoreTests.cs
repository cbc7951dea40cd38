using System.Diagnostics;
using System.Runtime.Versioning;
using FFMpegCore;

namespace TcMgc.Media.Tests;

/// <summary>
/// What FFMpegCore does that keeps part of its work in our hands. A test that fails here says that this part may go to it.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class FFMpegCoreTests
{
    private const int Lines = 100_000;

    private static FFMpegArgumentProcessor ARun => FFMpegArguments.FromFileInput("input", verifyExists: false).OutputToNull();

    [Fact]
    public async Task FFMpegCore_keeps_every_message_of_a_run_in_memory()
    {
        var program = ProgramScript.Make("endless", "ffmpeg", $"[ \"$1\" = -version ] || seq {Lines} >&2");

        var result = await ARun.ProcessAsynchronously(throwOnError: false, At(program));

        Assert.Equal(Lines, result.StandardError.Count);
    }

    [Fact]
    public async Task FFProbe_keeps_a_report_of_any_size_in_memory()
    {
        const int Length = 8 << 20;
        var program = ProgramScript.Make("long", "ffprobe",
            $$"""
            [ "$1" = -version ] && exit
            printf '{"format": {"format_name": "'
            head -c {{Length}} /dev/zero | tr '\0' x
            printf '"}, "streams": []}'
            """);

        var report = await FFProbe.AnalyseAsync(TestClips.Distinct(0, 2), At(program));

        Assert.Equal(Length, report.Format.FormatName.Length);
    }

    [Fact]
    public async Task FFMpegCore_cancelled_without_grace_leaves_a_wrappers_child_running_and_waits_for_it()
    {
        var pids = Path.Combine(TestClips.Folder, "wrapper.pid");
        var program = ProgramScript.Make("wrapper", "ffmpeg",
            $"[ \"$1\" = -version ] && exit\nsleep 600 &\necho $! $$ > '{pids}.new'\nmv '{pids}.new' '{pids}'\nwait");
        using var cancel = new CancellationTokenSource();
        var run = ARun.CancellableThrough(cancel.Token, TimeSpan.Zero).ProcessAsynchronously(ffOptions: At(program));
        var (child, wrapper) = await ProgramScript.ProcessIdsAsync(pids) is [var first, var second] ? (first, second) : default;

        await cancel.CancelAsync();

        Assert.True(ProgramScript.Ends(wrapper));
        using var left = Process.GetProcessById(child);
        Assert.False(left.HasExited);
        Assert.False(run.IsCompleted);
        left.Kill();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public void FFMpegCore_lets_a_name_of_a_file_become_arguments()
    {
        var run = FFMpegArguments.FromFileInput("a\" -i \"/etc/hostname", verifyExists: false).OutputToUrl("pipe:1");

        Assert.StartsWith("-i \"a\" -i \"/etc/hostname\" ", run.Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FFProbe_throws_at_a_length_of_more_hours_than_it_can_count_which_is_probed_here()
    {
        var endless = TestClips.Make("hours", ".nut",
            ["-i", TestClips.Distinct(0, 2), "-c", "copy", "-metadata:s:v:0", "DURATION=99999999999:00:00.000000000"]);

        await Assert.ThrowsAsync<OverflowException>(() =>
            FFProbe.AnalyseAsync(endless, new FFOptions(), "-show_entries stream=codec_type:stream_tags"));

        Assert.Equal(2, (await Decoding.OfAsync(endless, 32)).Frames.Count);
    }

    private static FFOptions At(string program) => new() { BinaryFolder = Path.GetDirectoryName(program)! };
}
