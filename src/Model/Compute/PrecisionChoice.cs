using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>What an encoder computes with, and why.</summary>
/// <param name="Precision">Never <see cref="Precision.Auto"/>.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record PrecisionChoice(Precision Precision, string Reason)
{
    /// <summary>
    /// The cosine with 32-bit floats that half precision must reach for <see cref="Precision.Auto"/> to take it.
    /// </summary>
    public const double LeastCosine = 0.995;

    /// <summary>
    /// An encoder with the precision that is asked for; for <see cref="Precision.Auto"/>, with the <see cref="Fastest"/>.
    /// </summary>
    /// <param name="backend">Where it runs.</param>
    /// <param name="create">Makes the encoder in 32-bit floats and reads its weights.</param>
    /// <param name="run">Runs it on a sample: rows of vectors.</param>
    internal static (T Encoder, PrecisionChoice Choice) Apply<T>(Backend backend, Func<T> create, Func<T, Tensor> run)
        where T : nn.Module =>
        backend.Options.Precision == Precision.Auto
            ? Fastest(FastOn(backend.Options.Device), create, run)
            : (Convert(create(), backend.Options.Precision), new(backend.Options.Precision, "asked for"));

    /// <summary>
    /// An encoder with the precision that the device is fast with, if what it yields with it is close enough to what it yields
    /// without; else with 32-bit floats.
    /// </summary>
    internal static (T Encoder, PrecisionChoice Choice) Fastest<T>(PrecisionChoice fast, Func<T> create, Func<T, Tensor> run)
        where T : nn.Module
    {
        var encoder = create();
        if (fast.Precision == Precision.Float32)
            return (encoder, fast);

        using var exact = Sample(encoder, run);
        encoder = Convert(encoder, fast.Precision);
        using var converted = Sample(encoder, run);
        using var cosines = nn.functional.cosine_similarity(exact, converted, 1);
        var cosine = cosines.min().item<float>();
        if (cosine >= LeastCosine)
            return (encoder, fast with { Reason = $"{fast.Reason}; cosine with float32 {cosine:F4}" });
        encoder.Dispose();
        return (create(), new(Precision.Float32, $"cosine of {fast.Precision} with float32 is {cosine:F4}, below {LeastCosine}"));
    }

    /// <summary>
    /// What encoders compute with while they train: what is asked for, else bfloat16 where the device is fast with it.
    /// </summary>
    /// <exception cref="ModelException">float16 is asked for.</exception>
    internal static Precision ForTraining(ComputeOptions options) => options switch
    {
        { Precision: Precision.Float16 } => throw new ModelException(
            "nothing trains in float16: gradients below its least number would be lost; use --precision bfloat16 or float32"),
        { Precision: not Precision.Auto } => options.Precision,
        { Device: Device.Cuda } => Precision.BFloat16,
        _ => FastOn(options.Device).Precision,
    };

    /// <summary>What heads multiply weights with the frames of all candidates in; the rest of them is 32-bit.</summary>
    internal static ScalarType ForProducts(ComputeOptions options) =>
        TypeOf(options.Precision == Precision.Auto ? FastOn(options.Device).Precision : options.Precision);

    private static PrecisionChoice FastOn(Device device)
    {
        if (device == Device.Cuda)
            return new(Precision.Float16, "fast on GPUs");
        if (HasAmx)
            return new(Precision.BFloat16, "this processor has AMX");
        return HasAvx512Bf16
            ? new(Precision.BFloat16, "this processor has AVX512-BF16")
            : new(Precision.Float32, "this processor has neither AVX512-BF16 nor AMX");
    }

    private static Tensor Sample<T>(T encoder, Func<T, Tensor> run)
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        return run(encoder).to(ScalarType.Float32, CPU).MoveToOuterDisposeScope();
    }

    /// <summary>The encoder with weights of another precision; itself for 32-bit floats.</summary>
    internal static T Convert<T>(T encoder, Precision precision) where T : nn.Module =>
        precision == Precision.Float32 ? encoder : (T)encoder.to(TypeOf(precision));

    private static ScalarType TypeOf(Precision precision) => precision switch
    {
        Precision.BFloat16 => ScalarType.BFloat16,
        Precision.Float16 => ScalarType.Float16,
        _ => ScalarType.Float32,
    };

    /// <summary>Whether this processor is fast with bfloat16.</summary>
    internal static bool HasBFloat16 => HasAmx || HasAvx512Bf16;

    // CPUID leaf 7: sub-leaf 0, EDX bit 22 is AMX-BF16; sub-leaf 1, EAX bit 5 is AVX512-BF16.
    private static bool HasAmx => Avx512F.IsSupported && (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0;

    private static bool HasAvx512Bf16 => Avx512F.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
