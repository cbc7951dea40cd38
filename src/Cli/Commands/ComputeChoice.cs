using System.CommandLine;
using TcMgc.Model.Compute;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say where models run and with what numbers.</summary>
internal static class ComputeChoice
{
    public static Option<Device> Device { get; } =
        NewOption.WithDefault("--device", Model.Compute.Device.Cpu, "Where models run: cpu or cuda.", "cpu|cuda");

    public static Option<Precision> Precision { get; } = NewOption.WithDefault(
        "--precision", Model.Compute.Precision.Auto,
        "Numbers that encoders compute with: float32, bfloat16, float16, or auto, the fastest that the device computes well.",
        "auto|float32|bfloat16|float16");

    public static ComputeOptions Of(ParseResult parsed) =>
        new() { Device = parsed.GetValue(Device), Precision = parsed.GetValue(Precision) };
}
