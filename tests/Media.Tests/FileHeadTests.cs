namespace TcMgc.Media.Tests;

public sealed class FileHeadTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_to_an_empty_file_is_empty()
    {
        File.WriteAllBytes(_folder.File("empty.mp4"), []);
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("empty.mp4"));

        Assert.Equal("is empty", FileHead.ReasonAgainst(_folder.File("link.mp4"), out _));
    }

    [Fact]
    public void A_link_that_leads_nowhere_does_not_exist()
    {
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("gone.mp4"));

        Assert.Equal("does not exist", FileHead.ReasonAgainst(_folder.File("link.mp4"), out _));
    }
}
