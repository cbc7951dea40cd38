namespace TcMgc.Cli.Tests;

/// <summary>Tests that catch what is written to the console, which is one for all: nothing runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ConsoleCollection
{
    public const string Name = "console";
}
