using System.IO.Compression;

namespace TcMgc.EndToEnd.Tests;

/// <summary>
/// What <c>./tcmgc setup</c> says when the package feed has changed. It runs on a small clone whose program needs one package,
/// with a feed of its own.
/// </summary>
public sealed class SetupTests : IDisposable
{
    private readonly string _clone = Directory.CreateTempSubdirectory("tcmgc-setup-").FullName;

    public SetupTests()
    {
        foreach (var file in (string[])["tcmgc", "eng/setup.sh", "Directory.Build.props"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(InClone(file))!);
            File.Copy(Path.Combine(SharedFolder.RepositoryRoot, file), InClone(file));
        }
        Write("Directory.Packages.props", """
            <Project>
              <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
              <ItemGroup><PackageVersion Include="Wanted" Version="1.0.0" /></ItemGroup>
            </Project>
            """);
        Write("src/Cli/Cli.csproj", """
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Wanted" /></ItemGroup></Project>
            """);
        Directory.CreateDirectory(InClone("feed"));
    }

    [Fact]
    public async Task A_version_that_has_left_the_feed_costs_a_warning_and_the_next_one_is_taken()
    {
        Serve("Wanted", "1.0.1");

        var ended = await SetUpAsync("feed");

        Assert.Equal(0, ended.Status);
        Assert.Contains("tcmgc: warning NU1603: Wanted 1.0.0 was not found. Wanted 1.0.1 was resolved instead", ended.ErrorLines);
        Assert.True(Directory.Exists(InClone("packages/wanted/1.0.1")));
    }

    [Fact]
    public async Task A_package_that_the_feed_lacks_is_named_with_the_reason_in_one_line()
    {
        var ended = await SetUpAsync("feed");

        Assert.Equal(1, ended.Status);
        Assert.Equal("tcmgc: packages could not be restored: Unable to find package Wanted. "
            + $"No packages exist with this id in source(s): feed (NU1101). The whole log: {InClone("artifacts/setup.log")}",
            ended.ErrorLines[^1]);
    }

    [Fact]
    public async Task A_package_that_the_feed_has_in_older_versions_only_is_named_with_the_nearest()
    {
        Serve("Wanted", "0.9.0");

        var ended = await SetUpAsync("feed");

        Assert.Equal(1, ended.Status);
        Assert.StartsWith("tcmgc: packages could not be restored: Unable to find package Wanted with version (>= 1.0.0) "
            + "(NU1102): Found 1 version(s) in feed [ Nearest version: 0.9.0 ].", ended.ErrorLines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_that_does_not_answer_is_named_with_the_reason_in_one_line()
    {
        var ended = await SetUpAsync("http://127.0.0.1:9/index.json");

        Assert.Equal(1, ended.Status);
        Assert.StartsWith("tcmgc: packages could not be restored: Unable to load the service index for source "
            + "http://127.0.0.1:9/index.json (NU1301): Connection refused (127.0.0.1:9).",
            ended.ErrorLines[^1], StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_clone, recursive: true);

    private async Task<Ended> SetUpAsync(string feed)
    {
        Write("NuGet.Config", $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" allowInsecureConnections="true" /></packageSources>
            </configuration>
            """);
        using var run = ProgramRun.StartIn(_clone, "bash", ["tcmgc", "setup"], [new("NUGET_PACKAGES", InClone("packages"))]);
        return await run.EndAsync();
    }

    private void Serve(string name, string version)
    {
        using var package = ZipFile.Open(InClone($"feed/{name}.{version}.nupkg"), ZipArchiveMode.Create);
        using var writer = new StreamWriter(package.CreateEntry($"{name}.nuspec").Open());
        writer.Write($"""
            <package>
              <metadata><id>{name}</id><version>{version}</version><authors>a</authors><description>d</description></metadata>
            </package>
            """);
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(InClone(file))!);
        File.WriteAllText(InClone(file), text);
    }

    private string InClone(string file) => Path.Combine(_clone, file);
}
