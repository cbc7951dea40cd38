using System.CommandLine;
using TcMgc.Model.Compute;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say where models run and with what numbers.</summary>
internal static class ComputeChoice
{
    public static Option<Device> Device { get; } = new("--device")
    {
        Description = "Where models run: cpu or cuda.",
        HelpName = "cpu|cuda",
        DefaultValueFactory = _ => Model.Compute.Device.Cpu,
    };

    public static Option<Precision> Precision { get; } = new("--precision")
    {
        Description =
            "Numbers that encoders compute with: float32, bfloat16, float16, or auto, the fastest that the device computes well.",
        HelpName = "auto|float32|bfloat16|float16",
        DefaultValueFactory = _ => Model.Compute.Precision.Auto,
    };

    public static ComputeOptions Of(ParseResult parsed) =>
        new() { Device = parsed.GetValue(Device), Precision = parsed.GetValue(Precision) };
}
