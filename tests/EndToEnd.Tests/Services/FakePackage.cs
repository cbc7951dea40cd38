using System.IO.Compression;

namespace TcMgc.EndToEnd.Tests.Services;

/// <summary>A NuGet package with a script in the dashboard's place, and settings that let NuGet ask one folder alone.</summary>
internal static class FakePackage
{
    public static void Write(string feed, string name, string version, string script)
    {
        Directory.CreateDirectory(feed);
        using var package = ZipFile.Open(Path.Combine(feed, $"{name}.{version}.nupkg"), ZipArchiveMode.Create);
        Add(package, "tools/Aspire.Dashboard", script);
        Add(package, $"{name}.nuspec", $"""
            <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd">
              <metadata>
                <id>{name}</id><version>{version}</version><authors>test</authors><description>test</description>
              </metadata>
            </package>
            """);
    }

    /// <summary>Settings for programs that start in a folder.</summary>
    public static Task FeedAsync(string folder, string feed) => File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"),
        $"""<configuration><packageSources><clear /><add key="test" value="{feed}" /></packageSources></configuration>""");

    private static void Add(ZipArchive package, string path, string text)
    {
        using var writer = new StreamWriter(package.CreateEntry(path).Open());
        writer.Write(text);
    }
}
