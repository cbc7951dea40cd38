using System.Text.Json;

namespace TcMgc.Media.Tests;

/// <summary>Every odd file gives its frames or one clear reason.</summary>
public sealed class OddFilesTests
{
    [SharedTheory]
    [MemberData(nameof(OddFiles))]
    public async Task An_odd_file_gives_its_frames_or_one_clear_reason(string name, int framesInFile)
    {
        var decoding = await Decoding.OfAsync(SharedFolder.Path("videos", name), side: 32);

        if (Reasons.TryGetValue(Path.GetFileName(name), out var reason))
        {
            Assert.Empty(decoding.Frames);
            Assert.Contains(reason, decoding.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', decoding.Reason!);
        }
        else
        {
            Assert.Null(decoding.Reason);
            Assert.InRange(decoding.Frames.Count, 1,
                Math.Max(framesInFile, (int)Math.Ceiling(decoding.Info!.Duration ?? framesInFile)));
            if (Damaged.Contains(Path.GetFileName(name)))
                Assert.NotNull(decoding.Warning);
            else
                Assert.Null(decoding.Warning);
            if (decoding.Info.Duration is { } duration && decoding.Warning is null)
                Assert.InRange(decoding.Frames.Count, (int)Math.Ceiling(duration - 0.25), (int)Math.Ceiling(duration + 0.25));
        }
    }

    public static TheoryData<string, int> OddFiles()
    {
        var files = new TheoryData<string, int>();
        if (SharedFolder.Root is null)
            files.Add("none", 0);
        else
            foreach (var line in File.ReadLines(SharedFolder.Path("videos", "odd.jsonl")))
            {
                var file = JsonDocument.Parse(line).RootElement;
                files.Add(file.GetProperty("file").GetString()!, file.GetProperty("frames_ffmpeg_5_1").GetInt32());
            }
        return files;
    }

    private static readonly Dictionary<string, string> Reasons = new()
    {
        ["animated-cat.webp"] = "is an animated WebP picture",
        ["audio-only-in-mp4.mp4"] = "has only sound",
        ["git-lfs-pointer.mp4"] = "is a Git LFS pointer",
        ["orig-audio-only.mp3"] = "has only sound",
        ["orig-audio-with-cover-art.mp3"] = "has only sound",
        ["orig-not-a-video-48-bytes.mp4"] = "is cut short",
        ["png-named-as.mp4"] = "is a picture (png)",
        ["random-bytes.mp4"] = "is not a video, or damaged beyond reading",
        ["truncated-no-moov.mp4"] = "is cut short",
        ["zero-byte.mp4"] = "is empty",
    };

    private static readonly HashSet<string> Damaged =
        ["corrupt-bytes-in-mdat.mp4", "orig-corrupted-testpattern.mp4", "truncated-40pct.mkv", "truncated-40pct.webm",
            "truncated-half-moov-first.mp4"];
}
