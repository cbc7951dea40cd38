namespace TcMgc.Shared.Tests;

public sealed class LinkedFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_link_that_leads_nowhere_is_no_file()
    {
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("gone.mp4"));

        Assert.False(LinkedFile.At(_folder.File("link.mp4")).Exists);
    }
}
