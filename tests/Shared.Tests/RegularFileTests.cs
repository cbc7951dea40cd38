using System.Diagnostics;
using System.Runtime.Versioning;

namespace TcMgc.Shared.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class RegularFileTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public RegularFileTests()
    {
        Directory.CreateDirectory(_folder.File("root/below"));
        File.WriteAllText(_folder.File("root/below/a.mp4"), "content");
        File.WriteAllText(_folder.File("secret"), "secret");
    }

    private string Root => RegularFile.RealPath(_folder.File("root"))!;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_regular_file_is_read_and_hashed()
    {
        using var file = RegularFile.Open(Path.Combine(Root, "below", "a.mp4"), Root);
        var content = new byte[20];

        Assert.Equal(7, await file.ReadAsync(content));
        Assert.Equal(7, (await ContentHash.OfFileAsync(Path.Combine(Root, "below", "a.mp4"), default, Root)).Bytes);
    }

    [Theory]
    [InlineData("nothing", "it does not exist")]
    [InlineData("below/a.mp4/below", "it does not exist")]
    [InlineData("link", "a link is in its place")]
    [InlineData("zeros", "a link is in its place")]
    [InlineData("empty", "it is empty, or not a regular file")]
    [InlineData("pipe", "it is empty, or not a regular file")]
    [InlineData("elsewhere/secret", "it lies outside")]
    [InlineData("../secret", "it lies outside")]
    public void What_is_no_file_of_its_own_below_the_root_is_not_opened_and_not_waited_for(string name, string reason)
    {
        File.CreateSymbolicLink(_folder.File("root/link"), _folder.File("root/below/a.mp4"));
        File.CreateSymbolicLink(_folder.File("root/zeros"), "/dev/zero");
        File.CreateSymbolicLink(_folder.File("root/elsewhere"), _folder.File("."));
        File.WriteAllText(_folder.File("root/empty"), "");
        using (var making = Process.Start("mkfifo", [_folder.File("root/pipe")]))
            making.WaitForExit();

        var error = Assert.ThrowsAny<Exception>(() => RegularFile.Open(Path.Combine(Root, name), Root));

        Assert.StartsWith(reason, error.Message, StringComparison.Ordinal);
        Assert.True(error is IOException);
    }

    [Fact]
    public void Devices_are_not_read() =>
        Assert.Throws<IOException>(() => RegularFile.Open("/dev/zero"));

    [Fact]
    public void A_real_path_has_no_links_and_ends_nowhere_where_they_do()
    {
        File.CreateSymbolicLink(_folder.File("one"), _folder.File("root"));
        File.CreateSymbolicLink(_folder.File("two"), "one/below/a.mp4");
        File.CreateSymbolicLink(_folder.File("circle"), _folder.File("circle"));

        Assert.Equal(Path.Combine(Root, "below", "a.mp4"), RegularFile.RealPath(_folder.File("two")));
        Assert.Null(RegularFile.RealPath(_folder.File("circle")));
        Assert.Null(RegularFile.RealPath(_folder.File("nothing")));
    }

    [Theory]
    [InlineData("/videos/a.mp4", "/videos", true)]
    [InlineData("/videos2/a.mp4", "/videos", false)]
    [InlineData("/videos", "/videos", false)]
    [InlineData("/videos", "/", true)]
    public void A_folders_neighbour_is_not_below_it(string path, string root, bool isBelow) =>
        Assert.Equal(isBelow, RegularFile.IsBelow(path, root));
}
