using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using TcMgc.Shared;

namespace TcMgc.Cli.Traces;

/// <summary>
/// The Aspire dashboard's package in NuGet's folder. <c>dotnet restore</c> fetches it, so that sources, credentials, proxies and
/// signature checks follow the NuGet settings of the current folder and the user.
/// </summary>
internal static partial class DashboardPackage
{
    /// <summary>The version in Directory.Packages.props.</summary>
    private static readonly string s_version = typeof(DashboardPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(one => one.Key == "AspireDashboardVersion").Value!;

    private static readonly string s_name = $"Aspire.Dashboard.Sdk.{Platform()}";

    /// <summary>Path of the dashboard's program, fetched at first use.</summary>
    /// <exception cref="UserException">It cannot be fetched.</exception>
    public static async Task<string> ProgramAsync(CancellationToken cancel)
    {
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        var package = Path.Combine(packages, s_name.ToLowerInvariant(), s_version);
        // NuGet writes this file last: a package with it is complete.
        if (!File.Exists(Path.Combine(package, ".nupkg.metadata")))
        {
            await Console.Error.WriteLineAsync($"tcmgc: fetching {s_name} {s_version} into {packages}, once");
            await FetchAsync(packages, cancel);
        }
        return Path.Combine(package, "tools", "Aspire.Dashboard");
    }

    private static async Task FetchAsync(string packages, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-fetch-").FullName;
        try
        {
            // Without framework references the project downloads nothing else, whichever SDK this is.
            var project = Path.Combine(folder, "fetch.csproj");
            await File.WriteAllTextAsync(project, $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFramework>netstandard2.0</TargetFramework>
                    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageDownload Include="{s_name}" Version="[{s_version}]" />
                  </ItemGroup>
                </Project>
                """, cancel);
            await RestoreAsync(project, packages, cancel);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RestoreAsync(string project, string packages, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            "restore", project, "--packages", packages, "-tl:off",
            $"-p:RestoreRootConfigDirectory={Environment.CurrentDirectory}",
            // Build files in folders above the project do not apply to it.
            "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false",
        ])
        {
            WorkingDirectory = Path.GetDirectoryName(project),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // No build process stays alive.
        using var restore = Start(start, packages);
        using var ending = cancel.Register(() => restore.Kill(entireProcessTree: true));
        var output = await restore.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await restore.WaitForExitAsync(CancellationToken.None);
        cancel.ThrowIfCancellationRequested();
        if (restore.ExitCode == 0)
            return;
        var reason = FirstError().Match(output) is { Success: true } error
            ? error.Groups[1].Value
            : $"it ended with status {restore.ExitCode}; is the .NET SDK installed?";
        throw new UserException(
            $"--traces needs the package {s_name} {s_version}, which 'dotnet restore' cannot fetch: {reason}");
    }

    private static Process Start(ProcessStartInfo restore, string packages)
    {
        try
        {
            return Process.Start(restore)!;
        }
        catch (Win32Exception error)
        {
            throw new UserException(
                $"--traces needs the package {s_name} {s_version} in {packages}, and the .NET SDK to fetch it: "
                + "cannot run 'dotnet'", error);
        }
    }

    /// <summary>The suffix of the package's name for this platform.</summary>
    private static string Platform()
    {
        var system = OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    /// <summary>Code and text of an error, without the project that follows in brackets.</summary>
    [GeneratedRegex(@"\berror (.+?)\.?\s*(?:\[[^\]]*\])?\s*$", RegexOptions.Multiline)]
    private static partial Regex FirstError();
}
