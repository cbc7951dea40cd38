using System.IO.Compression;
using System.Text.RegularExpressions;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The C# client as its users meet it: a package, and the sample in its readme.</summary>
public sealed partial class ClientPackageTests(Workplace place) : IClassFixture<Workplace>
{
    [Fact]
    public async Task The_sample_runs_in_an_empty_project_with_the_package()
    {
        var packages = place.New("packages");
        var pack = Path.Combine(SharedFolder.RepositoryRoot, "eng", "pack.sh");
        await SucceedsAsync(Path.GetTempPath(), pack, packages, "--no-build");
        var package = Assert.Single(Directory.GetFiles(packages, "*.nupkg"));
        Assert.Single(Directory.GetFiles(packages, "*.snupkg"));
        var folder = Directory.CreateDirectory(place.New("consumer")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="{place.New("cache")}" /></config>
              <packageSources><clear /><add key="here" value="{packages}" /></packageSources>
            </configuration>
            """);
        await SucceedsAsync(folder, "dotnet", "new", "console", "--no-restore");
        await SucceedsAsync(folder, "dotnet", "add", "package", "TcMgc.Client", "--prerelease");
        File.Copy(RealClip() ?? TestClips.Distinct(2), Path.Combine(folder, "holiday.mp4"));
        using var run = await ServeRun.StartAsync(place, place.New("data"));
        var here = run.Http.BaseAddress!.ToString().TrimEnd('/');
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Sample(package).Replace("http://127.0.0.1:8080", here));

        var printed = await SucceedsAsync(folder, "dotnet", "run");
        var again = await SucceedsAsync(folder, "dotnet", "run", "--no-build"); // The video is known by now.

        Assert.Matches(@"^(holiday\.mp4 at [\d.]+ s|nothing matches)$", printed.Trim());
        Assert.Equal(printed, again);
    }

    /// <summary>The C# in the readme that the package carries.</summary>
    private static string Sample(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        using var readme = new StreamReader(archive.GetEntry("README.md")!.Open());
        Assert.NotNull(archive.GetEntry("lib/net10.0/TcMgc.Client.xml"));
        using var description = new StreamReader(archive.GetEntry("TcMgc.Client.nuspec")!.Open());
        Assert.Contains("<license type=\"expression\">MIT</license>", description.ReadToEnd(), StringComparison.Ordinal);
        return Assert.Single(CSharp().Matches(readme.ReadToEnd())).Groups[1].Value;
    }

    private static string? RealClip() => SharedFolder.Root is null
        ? null
        : Directory.GetFiles(SharedFolder.Path("videos", "clips"), "*.mp4").Order(StringComparer.Ordinal).First();

    private static async Task<string> SucceedsAsync(string folder, string program, params string[] arguments)
    {
        using var run = ProgramRun.StartIn(folder, program, arguments, [new("MSBUILDDISABLENODEREUSE", "1")]);
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Output + ended.Errors);
        return ended.Output;
    }

    [GeneratedRegex("^```csharp\r?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharp();
}
