using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc bench</c>: how fast things are on this machine.</summary>
internal static class BenchCommand
{
    public static Command Create() => new("bench", "Measure how fast things are on this machine.")
    {
        BenchModelCommand.Create(), BenchTrainCommand.Create(), BenchSearchCommand.Create(),
    };
}
