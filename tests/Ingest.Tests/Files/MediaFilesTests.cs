using TcMgc.Ingest.Files;
using TcMgc.Shared;

namespace TcMgc.Ingest.Tests.Files;

public sealed class MediaFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-files-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_folder_gives_the_videos_below_it_by_name()
    {
        Create("b.mp4", "a.MKV", "notes.txt", ".hidden.mp4", "deep/er/c.webm", ".git/d.mp4", "deep/e.jpg");

        Assert.Equal(["a.MKV", "b.mp4", "deep/er/c.webm"], Found(_folder));
    }

    [Fact]
    public void A_named_file_is_taken_whatever_its_extension_and_only_once()
    {
        Create("video", "x.mp4");

        Assert.Equal(["video", "x.mp4"], Found(Path.Combine(_folder, "video"), _folder, Path.Combine(_folder, ".", "video")));
    }

    [Fact]
    public void Links_are_followed_and_loops_end()
    {
        Create("videos/a.mp4", "elsewhere/b.mp4");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "videos", "up"), Path.Combine(_folder, "videos"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "videos", "across"), Path.Combine(_folder, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(_folder, "videos", "nowhere.mp4"), Path.Combine(_folder, "gone.mp4"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "videos", "itself"), Path.Combine(_folder, "videos", "itself"));

        Assert.Equal(["videos/a.mp4", "videos/across/b.mp4"], Found(Path.Combine(_folder, "videos")));
    }

    [Fact]
    public void A_missing_path_is_an_error_that_names_it()
    {
        Create("a.mp4");

        var error = Assert.Throws<UserException>(() => MediaFiles.Find([_folder, Path.Combine(_folder, "b.mp4")]));

        Assert.StartsWith($"'{Path.Combine(_folder, "b.mp4")}' does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_videos_is_an_error_that_names_it()
    {
        Create("empty/readme.txt");

        var error = Assert.Throws<UserException>(() => MediaFiles.Find([Path.Combine(_folder, "empty")]));

        Assert.StartsWith($"there is no video in '{Path.Combine(_folder, "empty")}'", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private void Create(params string[] names)
    {
        foreach (var path in names.Select(name => Path.Combine(_folder, name)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "");
        }
    }

    private IEnumerable<string> Found(params string[] paths) =>
        MediaFiles.Find(paths).Paths.Select(path => Path.GetRelativePath(_folder, path).Replace('\\', '/'));
}
