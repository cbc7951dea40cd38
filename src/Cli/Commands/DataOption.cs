using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says where the index lies.</summary>
internal static class DataOption
{
    public static Option<string> Create() =>
        NewOption.WithDefault("--data", Path.Combine(".", "data"), "Folder of the index.", "DIR");
}
