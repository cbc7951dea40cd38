using System.CommandLine;
using TcMgc.Model.Compute;

namespace TcMgc.Cli.Commands;

/// <summary>The option that says where models run.</summary>
internal static class Devices
{
    public static Option<Device> Option() => new("--device")
    {
        Description = "Where models run: cpu or cuda.",
        HelpName = "cpu|cuda",
        DefaultValueFactory = _ => Device.Cpu,
    };
}
