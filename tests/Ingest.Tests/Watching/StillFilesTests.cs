using TcMgc.Ingest.Watching;

namespace TcMgc.Ingest.Tests.Watching;

public sealed class StillFilesTests
{
    private readonly StillFiles _files = new(TimeSpan.FromSeconds(5));

    [Fact]
    public void A_file_that_grows_is_left_alone_until_it_has_been_still()
    {
        Assert.Empty(Look(0, ("a.mp4", 10)));
        Assert.Empty(Look(4, ("a.mp4", 20)));
        Assert.Empty(Look(8, ("a.mp4", 20)));
        Assert.Equal(["a.mp4"], Look(9, ("a.mp4", 20)));
    }

    [Fact]
    public void A_file_is_named_until_it_is_taken_and_again_when_it_changes()
    {
        Look(0, ("a.mp4", 10));
        Assert.Equal(["a.mp4"], Look(5, ("a.mp4", 10)));
        Assert.Equal(["a.mp4"], Look(6, ("a.mp4", 10)));
        _files.MarkAccepted("a.mp4");

        Assert.Empty(Look(20, ("a.mp4", 10)));
        Assert.Empty(Look(21, ("a.mp4", 11)));
        Assert.Equal(["a.mp4"], Look(26, ("a.mp4", 11)));
    }

    [Fact]
    public void A_file_that_went_and_came_back_is_new()
    {
        Look(0, ("a.mp4", 10));
        Look(5, ("a.mp4", 10));
        _files.MarkAccepted("a.mp4");

        Look(6);
        Look(7, ("a.mp4", 10));

        Assert.Equal(["a.mp4"], Look(12, ("a.mp4", 10)));
    }

    private List<string> Look(double second, params (string Path, long Bytes)[] files) =>
        _files.Look(files.ToDictionary(file => file.Path, file => new FileStamp(file.Bytes, DateTime.UnixEpoch)),
            TimeSpan.FromSeconds(second));
}
