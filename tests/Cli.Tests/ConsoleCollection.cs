namespace TcMgc.Cli.Tests;

/// <summary>Tests that capture the process's console output; they do not run in parallel with others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleCollection
{
    public const string Name = "console";
}
