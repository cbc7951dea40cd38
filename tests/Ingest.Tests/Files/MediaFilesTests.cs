using System.Diagnostics;
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
    public void Links_lead_to_what_is_below_the_folder_and_those_that_lead_elsewhere_are_named()
    {
        Create("videos/a.mp4", "videos/store/4711", "elsewhere/b.mp4");
        Link("up", "videos");
        Link("across", "elsewhere");
        Link("holiday.mp4", "videos/store/4711");
        Link("same.mp4", "videos/a.mp4");
        Link("passwd.mp4", "/etc/passwd");
        Link("nowhere.mp4", "gone.mp4");
        Link("itself", "videos/itself");

        var found = MediaFiles.Find([Path.Combine(_folder, "videos")]);

        Assert.Equal(["a.mp4", "holiday.mp4"], found.Files.Select(file => Path.GetFileName(file.Path)));
        Assert.Equal(RegularFile.RealPath(Path.Combine(_folder, "videos", "store", "4711")), found.Files[1].Real);
        Assert.Equal(["across", "nowhere.mp4", "passwd.mp4"],
            found.LeftOut.Select(line => Path.GetFileName(line.Split('\'')[1])));

        void Link(string name, string target) =>
            File.CreateSymbolicLink(Path.Combine(_folder, "videos", name), Path.Combine(_folder, target));
    }

    [Fact]
    public void A_named_link_leads_anywhere()
    {
        Create("elsewhere/b.mp4", "videos/a.mp4");
        var link = Path.Combine(_folder, "videos", "link");
        File.CreateSymbolicLink(link, Path.Combine(_folder, "elsewhere", "b.mp4"));

        var file = Assert.Single(MediaFiles.Find([link]).Files);

        Assert.Equal((link, RegularFile.RealPath(link)), (file.Path, file.Real));
    }

    [Fact]
    public void A_name_that_is_not_UTF_8_is_told_in_a_folder_and_where_it_was_named()
    {
        Create("a.mp4");
        Bash("echo 1 > $'caf\\xe9.mp4'; mkdir $'gar\\xe7on'; echo 2 > $'notes\\xe9.txt'");

        var found = MediaFiles.Find([_folder]);
        var named = Assert.Throws<UserException>(() => MediaFiles.Find([Path.Combine(_folder, "caf\uFFFD.mp4")]));

        Assert.Single(found.Files);
        Assert.Equal(["caf\uFFFD.mp4", "gar\uFFFDon"], found.LeftOut.Select(line => Path.GetFileName(line.Split('\'')[1])));
        Assert.All([.. found.LeftOut, named.Message], line => Assert.Contains("is not UTF-8", line, StringComparison.Ordinal));
        Bash("rm -r caf* gar* notes*"); // .NET cannot.
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

    private void Bash(string command)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = _folder })!;
        bash.WaitForExit();
        Assert.Equal(0, bash.ExitCode);
    }

    private IEnumerable<string> Found(params string[] paths) =>
        MediaFiles.Find(paths).Files.Select(file => Path.GetRelativePath(_folder, file.Path));
}
