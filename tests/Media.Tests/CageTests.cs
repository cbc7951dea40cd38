using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using TcMgc.Shared;

namespace TcMgc.Media.Tests;

/// <summary>What a run of ffmpeg may do and take; scripts stand in for it where it has to misbehave.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CageTests
{
    [Fact]
    public async Task It_runs_at_a_lower_priority_with_few_variables_no_core_no_large_file_and_no_network()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        Environment.SetEnvironmentVariable("TCMGC_SECRET", "of this process");

        var told = await ToldAsync("report", $$"""
            nice; env | cut -d= -f1 | sort | tr '\n' ' '; echo; ulimit -c; pwd
            head -c 1000000 /dev/zero > large 2>/dev/null; wc -c < large
            unshare -U -n true 2>/dev/null || unshare -n true 2>/dev/null || echo "cannot unshare"
            bash -c 'echo > /dev/tcp/127.0.0.1/{{port}}' 2>/dev/null && echo connected
            """);

        Assert.InRange(int.Parse(told[0]), 10, 19);
        Assert.DoesNotContain("TCMGC", told[1], StringComparison.Ordinal);
        Assert.Contains("PATH", told[1], StringComparison.Ordinal);
        Assert.Equal("0", told[2]);
        Assert.StartsWith("tcmgc-media-", Path.GetFileName(told[3]), StringComparison.Ordinal);
        Assert.InRange(int.Parse(told[4]), 1, 65536);
        Assert.NotEqual("connected", told[^1]);
    }

    [Fact]
    public async Task It_is_stopped_after_its_time_although_it_gives_frames()
    {
        var (frames, reader) = await RunAsync("endless", $"while :; do head -c {32 * 32 * 3} /dev/zero; sleep 0.05; done",
            new() { MaxTime = TimeSpan.FromMilliseconds(500) });

        Assert.True(frames > 0);
        Assert.Contains("Media:MaxTime", reader.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_stopped_after_its_time_on_the_processors()
    {
        var (_, reader) = await RunAsync("busy", "while :; do :; done", new() { MaxCpuTime = TimeSpan.FromSeconds(1) });

        Assert.Contains("Media:MaxCpuTime", reader.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_gets_no_more_memory_than_it_may_have()
    {
        var large = TestClips.Make("memory", ".mkv", ["-f", "lavfi", "-i", "color=s=6000x6000:r=1:d=1", "-c:v", "mjpeg"]);

        var decoding = await Decoding.OfAsync(large, 32, new() { MaxMemoryBytes = 96 << 20 });

        Assert.Contains("Media:MaxMemoryBytes", decoding.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("asv1", ".avi", "has a stream of the codec 'asv1', which is not opened here; convert it to H.264")]
    [InlineData("roqvideo", ".roq", "is not a video (ffmpeg's format 'roq')")]
    public async Task Codecs_and_formats_beside_those_of_ordinary_footage_are_refused_by_name(
        string codec, string extension, string reason)
    {
        var clip = TestClips.Make("odd", extension, ["-f", "lavfi", "-i", "testsrc=s=64x64:r=30:d=1", "-c:v", codec]);

        Assert.Equal(reason, (await Decoding.OfAsync(clip, 32)).Reason);
    }

    [Fact]
    public async Task More_streams_or_frames_than_allowed_are_refused_before_any_is_decoded()
    {
        var clip = TestClips.WithSound(0);

        Assert.Equal("has more than 1 streams (Media:MaxStreams)",
            (await Decoding.OfAsync(clip, 32, new() { MaxStreams = 1 })).Reason);
        Assert.StartsWith("has 30 frames, more than 29 (Media:MaxFrames)",
            (await Decoding.OfAsync(clip, 32, new() { MaxFrames = 29 })).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("with \"quotes\" \\\" and \\")]
    [InlineData("$(touch x) `touch x` %s ; & |")]
    public async Task A_program_may_have_any_path(string folder)
    {
        var program = ProgramScript.Make(folder, "ffmpeg it's", "exec ffmpeg \"$@\"");

        Assert.Single((await Decoding.OfAsync(TestClips.Distinct(1, 1), 32, new() { Ffmpeg = program })).Frames);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_said_to_be_none()
    {
        var file = Path.Combine(TestClips.Folder, "no-program");
        await File.WriteAllTextAsync(file, "");

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await Decoding.OfAsync(TestClips.Distinct(0, 1), 32, new() { Ffmpeg = file }));

        Assert.Contains("Permission denied", error.Message, StringComparison.Ordinal);
    }

    /// <summary>What a script in ffmpeg's place wrote, line by line.</summary>
    private static async Task<string[]> ToldAsync(string name, string body)
    {
        var told = Path.Combine(TestClips.Folder, $"{name}.told");
        await RunAsync(name, $"{{\n{body}\n}} > '{told}'", new());
        return await File.ReadAllLinesAsync(told);
    }

    private static async Task<(int Frames, FrameReader Reader)> RunAsync(string name, string body, MediaOptions options)
    {
        var clip = TestClips.Distinct(0, 1);
        var info = (await new MediaProbe(new()).ProbeAsync(clip, default)).Value!;
        var script = options with { Ffmpeg = ProgramScript.Make(name, "ffmpeg", body) };
        await using var reader = new FrameDecoder(script).Open(clip, info, 32);
        var batch = new byte[reader.FrameBytes];
        while (await reader.ReadAsync(batch, default) > 0)
        {
        }
        return (reader.Frames, reader);
    }
}
