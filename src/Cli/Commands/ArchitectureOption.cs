using System.CommandLine;
using TcMgc.Model;

namespace TcMgc.Cli.Commands;

/// <summary>The option that names a CLIP's sizes.</summary>
internal static class ArchitectureOption
{
    public static Option<string> Create(string byDefault, string description) =>
        NewOption.WithDefault("--arch", byDefault, $"{description}: {Names}.", "NAME");

    /// <exception cref="ModelException">There is no architecture of this name.</exception>
    public static ClipArchitecture Find(string name) => ClipArchitecture.Named.TryGetValue(name, out var clip)
        ? clip
        : throw new ModelException($"there is no architecture '{name}'; there are {Names}");

    private static string Names => string.Join(", ", ClipArchitecture.Named.Keys);
}
