using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace TcMgc.Model.Compute;

/// <summary>
/// Weights of linear layers in the order in which oneDNN multiplies with them. libtorch brings plain ones into that order at
/// every product; of few rows, as of a text, that takes as long as multiplying them. Products are the same. TorchSharp does not
/// wrap this part of libtorch: it is called by libtorch's own C interface.
/// </summary>
internal static unsafe partial class PackedWeights
{
    private const string Library = "torch_cpu";
    private const int Packed = 3; // c10::Layout::Mkldnn

    private static readonly bool s_available = OperatingSystem.IsLinux() && X86Base.IsSupported;

    /// <summary>
    /// Packs weights that never change again, each in its place. Those on another device, and those of a precision that the
    /// processor is not made for, stay as they are.
    /// </summary>
    public static void Pack(IEnumerable<Tensor> weights)
    {
        foreach (var weight in weights)
            if (s_available && weight.device_type == DeviceType.CPU && CanMultiply(weight.dtype))
                Pack(weight);
    }

    /// <summary>x·Wᵀ + b. x [..., inputs], the weight [outputs, inputs], packed or not → [..., outputs].</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor bias)
    {
        if (!s_available || Layout(weight) != Packed)
            return nn.functional.linear(x, weight, bias);
        nint addend = bias.Handle, product;
        Check(LinearPointwise(x.Handle, weight.Handle, &addend, "none", null, 0, null, &product));
        return Tensor.UnsafeCreateTensor(product);
    }

    private static bool CanMultiply(ScalarType type) =>
        type == ScalarType.Float32 || (type == ScalarType.BFloat16 && PrecisionChoice.HasBFloat16);

    private static void Pack(Tensor weight)
    {
        nint argument;
        Check(NewHandle(weight.Handle, &argument));
        var stack = stackalloc nint[] { argument, 0 }; // The second is the number of rows: not known. The call frees the first.
        Check(CallDispatcher("mkldnn::_reorder_linear_weight", "", stack));
        using var packed = Tensor.UnsafeCreateTensor(stack[0]);
        Check(Assign(packed.Handle, weight.Handle));
    }

    private static int Layout(Tensor tensor)
    {
        int layout;
        Check(GetLayout(tensor.Handle, &layout));
        return layout;
    }

    /// <summary>libtorch has written what went wrong to standard error.</summary>
    private static void Check(int error)
    {
        if (error != 0)
            throw new InvalidOperationException("libtorch could not pack or multiply weights");
    }

    [LibraryImport(Library, EntryPoint = "aoti_torch_new_tensor_handle")]
    private static partial int NewHandle(nint tensor, nint* handle);

    [LibraryImport(Library, EntryPoint = "aoti_torch_call_dispatcher", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CallDispatcher(string operation, string overload, nint* stack);

    [LibraryImport(Library, EntryPoint = "aoti_torch_assign_tensors")]
    private static partial int Assign(nint source, nint target);

    [LibraryImport(Library, EntryPoint = "aoti_torch_get_layout")]
    private static partial int GetLayout(nint tensor, int* layout);

    [LibraryImport(Library, EntryPoint = "aoti_torch_cpu__linear_pointwise", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int LinearPointwise(
        nint x, nint weight, nint* bias, string activation, double** scalars, long count, byte** algorithm, nint* product);
}
