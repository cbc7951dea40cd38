namespace TcMgc.Model.Engine;

/// <summary>Where graphs run.</summary>
public enum Device
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU, through ONNX Runtime's CUDA provider.</summary>
    Cuda,
}

/// <summary>How graphs run.</summary>
public sealed record EngineOptions
{
    /// <summary>Processor or GPU; default the processor.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Which GPU, from 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>Threads of one operator on the processor; 0, the default, stands for one a core.</summary>
    public int Threads { get; init; }
}
