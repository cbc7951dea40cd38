using System.Runtime.Versioning;
using TcMgc.Shared;

namespace TcMgc.Media.Tests;

/// <summary>What ffmpeg is told of the hardware that decodes. Whether that decodes is not tried here: it needs some.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class HardwareDecodingTests
{
    [Fact]
    public async Task ffmpeg_is_told_which_hardware_decodes_before_it_opens_the_file_and_nothing_by_default()
    {
        Assert.DoesNotContain("-hwaccel", await ArgumentsAsync("none"), StringComparison.Ordinal);
        Assert.Matches("-hwaccel vaapi -i input.mp4", await ArgumentsAsync("vaapi"));
    }

    [Fact]
    public async Task Hardware_that_this_ffmpeg_or_machine_lacks_is_a_setting_to_change_and_not_the_files_fault()
    {
        var error = await Assert.ThrowsAsync<UserException>(async () =>
            await Decoding.OfAsync(TestClips.Distinct(0, 1), 32, new() { HardwareDecoding = "nonesuch" }));

        Assert.StartsWith("this ffmpeg cannot decode by 'nonesuch' here (ffmpeg: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("Media:HardwareDecoding", error.Message, StringComparison.Ordinal);
    }

    private static async Task<string> ArgumentsAsync(string hardware)
    {
        var told = Path.Combine(TestClips.Folder, $"hardware-{Guid.NewGuid():N}");
        var ffmpeg = ProgramScript.Make(Path.GetFileName(told) + "-program", "ffmpeg", $"echo \"$@\" >> '{told}'\nexit 1");
        await Decoding.OfAsync(TestClips.Distinct(0, 1), 32, new() { Ffmpeg = ffmpeg, HardwareDecoding = hardware });
        return await File.ReadAllTextAsync(told);
    }
}
