using System.Runtime.Versioning;
using TcMgc.Shared;

namespace TcMgc.Media.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class FrameDecoderTests
{
    [Fact]
    public async Task Frames_come_in_batches_of_the_callers_size()
    {
        await using var reader = await OpenAsync(TestClips.Distinct(0, 8));
        var batch = new byte[3 * reader.FrameBytes + 5];
        var counts = new List<int>();
        do
            counts.Add(await reader.ReadAsync(batch, default));
        while (counts[^1] > 0);

        Assert.Equal([3, 3, 2, 0], counts);
        Assert.Equal((8, null, null), (reader.Frames, reader.Warning, reader.Reason));
        Assert.Equal(0, await reader.ReadAsync(batch, default));
    }

    [Fact]
    public async Task A_file_cut_short_gives_its_frames_and_a_warning()
    {
        var whole = await File.ReadAllBytesAsync(
            TestClips.Make("faststart", ".mp4", ["-i", TestClips.Distinct(0, 8), "-c", "copy", "-movflags", "+faststart"]));
        var half = Path.Combine(TestClips.Folder, "half.mp4");
        await File.WriteAllBytesAsync(half, whole[..(whole.Length / 2)]);

        var decoding = await Decoding.OfAsync(half, 32);

        Assert.InRange(decoding.Frames.Count, 2, 6);
        Assert.StartsWith($"cut short: frames end at {decoding.Frames.Count} s of 8 s", decoding.Warning,
            StringComparison.Ordinal);
        Assert.DoesNotContain("\n", decoding.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_every_frame_is_destroyed_gives_a_reason()
    {
        var bytes = await File.ReadAllBytesAsync(
            TestClips.Make("to-destroy", ".mp4", ["-i", TestClips.Distinct(2, 2), "-c", "copy", "-movflags", "+faststart"]));
        var media = bytes.AsSpan().IndexOf("mdat"u8) + 4;
        bytes.AsSpan(media).Fill(0xFF);
        var path = Path.Combine(TestClips.Folder, "destroyed.mp4");
        await File.WriteAllBytesAsync(path, bytes);

        var decoding = await Decoding.OfAsync(path, 32);

        Assert.Empty(decoding.Frames);
        Assert.NotNull(decoding.Reason);
        Assert.DoesNotContain('\n', decoding.Reason);
    }

    [Fact]
    public async Task Bytes_changed_anywhere_give_frames_or_one_line_never_an_exception()
    {
        var whole = await File.ReadAllBytesAsync(TestClips.Distinct(1, 2, "96x64"));
        var random = new Random(20);
        var path = Path.Combine(TestClips.Folder, "fuzzed.mp4");
        for (var round = 0; round < 25; round++)
        {
            var bytes = whole.ToArray();
            for (var k = 0; k < 1 + round * 3; k++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            await File.WriteAllBytesAsync(path, bytes);

            var decoding = await Decoding.OfAsync(path, 32);

            Assert.True(decoding.Frames.Count > 0 != decoding.Reason is not null, $"round {round}");
            Assert.DoesNotContain('\n', decoding.Reason ?? decoding.Warning ?? "");
        }
    }

    [Fact]
    public async Task A_video_longer_than_the_limit_gives_its_beginning()
    {
        var decoding = await Decoding.OfAsync(TestClips.Distinct(0, 8), 32, new() { MaxDuration = TimeSpan.FromSeconds(5) });

        Assert.Equal(5, decoding.Frames.Count);
        Assert.StartsWith("longer than", decoding.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_gives_nothing_is_stopped_by_the_watchdog()
    {
        var options = new MediaOptions
        {
            Ffmpeg = Script("stuck", "exec sleep 600"),
            StallTimeout = TimeSpan.FromMilliseconds(300)
        };
        await using var reader = await OpenAsync(TestClips.Distinct(0, 1), options);

        Assert.Equal(0, await reader.ReadAsync(new byte[reader.FrameBytes], default));
        Assert.Contains("nothing more was decoded within", reader.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_stops_midway_keeps_the_frames_before()
    {
        var options = new MediaOptions
        {
            Ffmpeg = Script("midway", $"head -c {32 * 32 * 3 + 10} /dev/zero\nexec sleep 600"),
            StallTimeout = TimeSpan.FromMilliseconds(300),
        };
        await using var reader = await OpenAsync(TestClips.Distinct(0, 1), options);
        var frames = new byte[4 * reader.FrameBytes];

        Assert.Equal(1, await reader.ReadAsync(frames, default));
        Assert.Equal(0, await reader.ReadAsync(frames, default));
        Assert.NotNull(reader.Warning);
    }

    [Fact]
    public async Task A_process_that_says_much_is_drained_and_only_the_first_line_is_kept()
    {
        var options = new MediaOptions
        {
            Ffmpeg = Script("chatty",
            "echo '[x @ 0x1] first words' >&2\nyes 'more words, and more' | head -c 20000000 >&2\nexit 1")
        };

        var decoding = await Decoding.OfAsync(TestClips.Distinct(0, 1), 32, options);

        Assert.Equal("no frame of it could be decoded (ffmpeg: first words)", decoding.Reason);
    }

    [Fact]
    public async Task Cancelling_ends_the_process()
    {
        var pidFile = Path.Combine(TestClips.Folder, "cancelled.pid");
        var options = new MediaOptions
        {
            Ffmpeg = Script("cancelled",
            $"sleep 600 &\necho $! $$ > '{pidFile}.new'\nmv '{pidFile}.new' '{pidFile}'\nwait")
        };
        using var cancel = new CancellationTokenSource();
        await using var reader = await OpenAsync(TestClips.Distinct(0, 1), options);
        var reading = reader.ReadAsync(new byte[reader.FrameBytes], cancel.Token).AsTask();
        while (!File.Exists(pidFile))
            await Task.Yield();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await reader.DisposeAsync();
        Assert.All((await File.ReadAllTextAsync(pidFile)).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries),
            AssertEnded);
    }

    [Fact]
    public async Task Disposing_early_ends_the_process()
    {
        var pidFile = Path.Combine(TestClips.Folder, "early.pid");
        var options = new MediaOptions
        {
            Ffmpeg = Script("early",
            $"echo $$ > '{pidFile}'\nhead -c {32 * 32 * 3} /dev/zero\nexec sleep 600")
        };
        var reader = await OpenAsync(TestClips.Distinct(0, 1), options);
        Assert.Equal(1, await reader.ReadAsync(new byte[reader.FrameBytes], default));

        await reader.DisposeAsync();

        AssertEnded(await File.ReadAllTextAsync(pidFile));
    }

    [Fact]
    public async Task A_process_ended_from_outside_is_not_the_files_fault()
    {
        var options = new MediaOptions { Ffmpeg = Script("killed", "kill -TERM $$") };
        await using var reader = await OpenAsync(TestClips.Distinct(0, 1), options);

        await Assert.ThrowsAsync<UserException>(async () => await reader.ReadAsync(new byte[reader.FrameBytes], default));
    }

    [Fact]
    public async Task An_ffmpeg_that_is_too_old_is_said_to_be()
    {
        var options = new MediaOptions { Ffmpeg = Script("old", "echo \"Unrecognized option 'fps_mode'.\" >&2\nexit 1") };
        await using var reader = await OpenAsync(TestClips.Distinct(0, 1), options);

        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await reader.ReadAsync(new byte[reader.FrameBytes], default));

        Assert.Contains("5.1 or newer", error.Message, StringComparison.Ordinal);
    }

    private static async Task<FrameReader> OpenAsync(string path, MediaOptions? options = null, int side = 32)
    {
        var info = (await new MediaProbe(new()).ProbeAsync(path, default)).Value!;
        return new FrameDecoder(options ?? new()).Open(path, info, side);
    }

    private static string Script(string name, string body) => ProgramScript.Make(name, $"{name}.sh", body);

    private static void AssertEnded(string processId) =>
        Assert.True(ProgramScript.Ends(int.Parse(processId)), $"process {processId} still runs");
}
