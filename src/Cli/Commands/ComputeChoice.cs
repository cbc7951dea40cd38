using System.CommandLine;
using TcMgc.Model.Compute;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say where models run and with what numbers.</summary>
internal static class ComputeChoice
{
    public static Option<Device> Device { get; } = NewOption.Choice<Device>("--device", "Where models run.");

    public static Option<Precision> Precision { get; } = NewOption.Choice<Precision>(
        "--precision", "Numbers that encoders compute with; auto takes the fastest that the device computes well.");

    public static ComputeOptions Of(ParseResult parsed) =>
        new() { Device = parsed.GetValue(Device), Precision = parsed.GetValue(Precision) };
}
