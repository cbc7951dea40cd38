using TcMgc.Model;
using TcMgc.Training.Datasets;

namespace TcMgc.Training.Tests.Datasets;

public sealed class LinkedFilesTests : TemporaryFolder
{
    [Fact]
    public void Frames_of_linked_videos_are_those_of_the_videos()
    {
        Directory.CreateDirectory(At("copied"));
        Directory.CreateDirectory(At("linked"));
        File.WriteAllBytes(At("copied", "a.mp4"), new byte[1000]);
        File.CreateSymbolicLink(At("linked", "a.mp4"), At("copied", "a.mp4"));

        Assert.Equal(DatasetFrames.Key([Video("copied")]), DatasetFrames.Key([Video("linked")]));
    }

    [Fact]
    public void Captions_of_MSVD_that_are_too_long_are_refused_behind_a_link_too()
    {
        using (var captions = File.Create(At("blob")))
            captions.SetLength((64 << 20) + 1);
        File.CreateSymbolicLink(At("raw-captions.pkl"), At("blob"));

        var error = Assert.Throws<ModelException>(() => DatasetReader.Open($"msvd={Folder}"));

        Assert.Contains("has more than 64 MiB", error.Message, StringComparison.Ordinal);
    }

    private CaptionedVideo Video(string folder) => new("a", At(folder, "a.mp4"), ["a"]);
}
