using System.CommandLine;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc dataset</c>: captioned videos to train and measure on.</summary>
internal static class DatasetCommand
{
    public static Command Create() => new("dataset", "Make captioned videos to train and measure on.")
    {
        DatasetSynthesizeCommand.Create(), DatasetSheetCommand.Create(),
    };
}
