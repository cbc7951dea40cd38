namespace TcMgc.Model.Compute;

/// <summary>Where models run.</summary>
public enum Device
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda,
}

/// <summary>What numbers the encoders of frames and texts compute with. Heads always score in <see cref="Float32"/>.</summary>
public enum Precision
{
    /// <summary>The fastest that the device computes well: see <see cref="PrecisionChoice"/>.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>bfloat16: half the memory, eight bits of significand.</summary>
    BFloat16,

    /// <summary>IEEE half precision: half the memory, eleven bits of significand, up to 65,504.</summary>
    Float16,
}

/// <summary>How models run.</summary>
public sealed record ComputeOptions
{
    /// <summary>Processor or GPU; default the processor.</summary>
    public Device Device { get; init; } = Device.Cpu;

    /// <summary>Which GPU, from 0.</summary>
    public int DeviceId { get; init; }

    /// <summary>
    /// Threads of one operation on the processor, for all models of the process; 0, the default, stands for one a core.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Numbers of the encoders; default the fastest that the device computes well.</summary>
    public Precision Precision { get; init; } = Precision.Auto;
}
