using System.Runtime.Versioning;
using FFMpegCore;

namespace TcMgc.Media.Tests;

/// <summary>What a file's name, its folder and the working directory do to a run: nothing. It runs alone.</summary>
[CollectionDefinition(nameof(FfmpegInputTests), DisableParallelization = true)]
[Collection(nameof(FfmpegInputTests))]
[UnsupportedOSPlatform("windows")]
public sealed class FfmpegInputTests
{
    private const string Told = "told";

    [Theory]
    [InlineData("-a\" -i \"b' -i c\n日本.mp4", "input.mp4")]
    [InlineData("-i", "input")]
    [InlineData("clip.mp4 -y", "input")]
    [InlineData("clip.\"mkv\"", "input")]
    [InlineData("clip.%03d", "input")]
    public async Task Of_a_hostile_name_only_a_plain_extension_reaches_the_arguments(string name, string given)
    {
        var folder = Path.Combine(TestClips.Folder, $"hostile-{Guid.NewGuid():N}\" -i \"it's");
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, name);
        File.Copy(TestClips.Distinct(1, 1), path);
        var told = Path.Combine(TestClips.Folder, $"{Told}-{Guid.NewGuid():N}");
        var options = new MediaOptions
        {
            Ffmpeg = Telling("ffmpeg", told),
            Ffprobe = Telling("ffprobe", told),
        };

        var decoding = await Decoding.OfAsync(path, 32, options);

        Assert.Single(decoding.Frames);
        var arguments = await File.ReadAllLinesAsync($"{told}.arguments");
        Assert.Single(arguments, given);
        Assert.DoesNotContain(arguments, argument => argument.Contains("hostile", StringComparison.Ordinal));
        Assert.DoesNotContain(arguments, argument => argument.StartsWith('/'));
        Assert.True(File.Exists(path));
        var left = await File.ReadAllLinesAsync($"{told}.folders");
        Assert.False(Directory.Exists(Assert.Single(left)));
    }

    [Fact]
    public async Task A_configuration_of_FFMpegCore_in_the_working_directory_changes_nothing()
    {
        var here = Directory.GetCurrentDirectory();
        var folder = Directory.CreateDirectory(Path.Combine(TestClips.Folder, "configured")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "ffmpeg.config.json"), """{"BinaryFolder": "/nowhere", "WorkingDirectory": "/nowhere"}""");
        ProgramScript.Make("configured/x64", "ffprobe", "exit 1");
        ProgramScript.Make("configured/x64", "ffmpeg", "exit 1");
        Directory.SetCurrentDirectory(folder);
        try
        {
            Assert.Equal(2, (await Decoding.OfAsync(TestClips.Distinct(0, 2), 32)).Frames.Count);
            Assert.Equal("/nowhere", GlobalFFOptions.Current.BinaryFolder); // It was there to be read.
        }
        finally
        {
            Directory.SetCurrentDirectory(here);
        }
    }

    /// <summary>The real program under another name, which first tells its arguments, and its folder.</summary>
    private static string Telling(string program, string told) => ProgramScript.Make(Path.GetFileName(told), $"{program}-told",
        $$"""
        [ "$1" = -version ] || { printf '%s\n' "$@" >> '{{told}}.arguments'; pwd >> '{{told}}.folders'; }
        exec {{program}} "$@"
        """);
}
