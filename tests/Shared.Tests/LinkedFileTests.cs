namespace TcMgc.Shared.Tests;

public sealed class LinkedFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_link_to_a_device_that_never_ends_is_not_opened()
    {
        File.CreateSymbolicLink(_folder.File("zeros.mp4"), "/dev/zero");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));

        Assert.Equal(0, (await ContentHash.OfFileAsync(_folder.File("zeros.mp4"), patience.Token)).Bytes);
    }

    [Fact]
    public void A_link_that_leads_nowhere_is_no_file()
    {
        File.CreateSymbolicLink(_folder.File("link.mp4"), _folder.File("gone.mp4"));

        Assert.False(LinkedFile.At(_folder.File("link.mp4")).Exists);
    }
}
