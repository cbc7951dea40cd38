using TcMgc.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>libtorch, made ready as a model's options ask for it.</summary>
internal sealed class Backend
{
    private Backend(ComputeOptions options, torch.Device device) => (Options, Device) = (options, device);

    public ComputeOptions Options { get; }

    /// <summary>Where weights lie and forward passes run.</summary>
    public torch.Device Device { get; }

    /// <summary>Loads libtorch, sets its threads and checks that the device is there.</summary>
    /// <exception cref="ModelException">libtorch cannot be loaded, or there is no such GPU.</exception>
    public static Backend Prepare(ComputeOptions options)
    {
        LibTorch.Load();
        if (options.Threads > 0)
            set_num_threads(options.Threads);
        return new(options, options.Device == Compute.Device.Cuda ? Cuda(options.DeviceId) : CPU);
    }

    private static torch.Device Cuda(int index)
    {
        if (!cuda_is_available())
            throw new ModelException("CUDA cannot be used: this build has libtorch for processors, or there is no NVIDIA driver; "
                + "build with -p:Torch=cuda on a machine that has one, or use --device cpu");
        return index < cuda.device_count()
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new ModelException(
                $"there is no CUDA device {index}, but {cuda.device_count()} of them; give a lower number, or use --device cpu");
    }
}
