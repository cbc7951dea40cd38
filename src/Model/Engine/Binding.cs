using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TcMgc.Model.Graphs;
using Tensor = TcMgc.Model.Graphs.Tensor;

namespace TcMgc.Model.Engine;

/// <summary>
/// Inputs and outputs of a <see cref="Session"/> in native buffers that are kept from run to run: callers write inputs and
/// read outputs through spans over them, so nothing is copied. For one caller at a time.
/// </summary>
public sealed class Binding : IDisposable
{
    private readonly Session _session;
    private readonly InferenceSession _native;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _run = new();
    private readonly Dictionary<string, Slot> _inputs, _outputs;
    private readonly Dictionary<string, long> _symbols = [];

    internal Binding(Session session, InferenceSession native)
    {
        _session = session;
        _native = native;
        _binding = native.CreateIoBinding();
        _inputs = session.Graph.Inputs.ToDictionary(t => t.Name, t => new Slot(t));
        _outputs = session.Graph.Outputs.ToDictionary(o => o.Key, o => new Slot(o.Value));
    }

    /// <summary>Whether the graph reads an input of this name.</summary>
    public bool HasInput(string name) => _inputs.ContainsKey(name);

    /// <summary>Whether the graph yields an output of this name.</summary>
    public bool HasOutput(string name) => _outputs.ContainsKey(name);

    /// <summary>The buffer of an input, sized for these dimensions; its content lasts until the next call with other ones.</summary>
    /// <exception cref="ArgumentException">The graph has no such input, or of another type or shape.</exception>
    public Span<T> Input<T>(string name, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        if (!_inputs.TryGetValue(name, out var slot))
            throw new ArgumentException($"the graph has no input '{name}'", nameof(name));
        CheckInput<T>(slot.Tensor, shape);
        if (slot.Resize(shape))
            _binding.BindInput(name, slot.Value!);
        return slot.Span<T>();
    }

    /// <summary>Runs the graph over the bound inputs.</summary>
    /// <param name="cancel">Stops the run early.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public void Run(CancellationToken cancel = default)
    {
        ResolveSymbols();
        foreach (var (name, slot) in _outputs)
            if (slot.Resize(slot.Tensor.Shape.Evaluate(_symbols)))
                _binding.BindOutput(name, slot.Value!);
        _run.Terminate = false;
        using var registration = cancel.UnsafeRegister(static run => ((RunOptions)run!).Terminate = true, _run);
        try
        {
            _native.RunWithBinding(_run, _binding);
        }
        catch (OnnxRuntimeException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
    }

    /// <summary>What the last run yielded; valid until the next.</summary>
    public ReadOnlySpan<T> Output<T>(string name) where T : unmanaged => _outputs[name].Span<T>();

    /// <summary>The sizes of an output of the last run.</summary>
    public IReadOnlyList<long> OutputShape(string name) => _outputs[name].Shape;

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();
        _run.Dispose();
        foreach (var slot in _inputs.Values.Concat(_outputs.Values))
            slot.Dispose();
    }

    private static void CheckInput<T>(Tensor tensor, ReadOnlySpan<long> shape)
    {
        if (Unsafe.SizeOf<T>() != tensor.Type.Size() || shape.Length != tensor.Shape.Rank)
            throw new ArgumentException($"{typeof(T).Name}[{string.Join(", ", shape.ToArray())}] for the input {tensor}", nameof(shape));
        for (var axis = 0; axis < shape.Length; axis++)
            if (shape[axis] < 1 || (tensor.Shape[axis].IsKnown && tensor.Shape[axis].Factor != shape[axis]))
                throw new ArgumentException($"[{string.Join(", ", shape.ToArray())}] for the input {tensor}", nameof(shape));
    }

    private void ResolveSymbols()
    {
        _symbols.Clear();
        foreach (var (name, slot) in _inputs)
        {
            if (slot.Shape.Length != slot.Tensor.Shape.Rank || (slot.Value is null))
                throw new InvalidOperationException($"the input '{name}' is not bound");
            for (var axis = 0; axis < slot.Shape.Length; axis++)
                if (slot.Tensor.Shape[axis] is { IsKnown: false } dim && !_symbols.TryAdd(dim.Symbols, slot.Shape[axis])
                    && _symbols[dim.Symbols] != slot.Shape[axis])
                    throw new ArgumentException($"{dim.Symbols} is {_symbols[dim.Symbols]} in one input and {slot.Shape[axis]} in '{name}'");
        }
    }

    /// <summary>A native buffer that grows when it must, and the view of it that ONNX Runtime sees.</summary>
    private sealed unsafe class Slot(Tensor tensor) : IDisposable
    {
        private const int Alignment = 64;
        private void* _buffer;
        private long _capacity, _count;

        public Tensor Tensor { get; } = tensor;

        public OrtValue? Value { get; private set; }

        public long[] Shape { get; private set; } = [];

        /// <summary>Whether the view changed, so that it must be bound again.</summary>
        public bool Resize(ReadOnlySpan<long> shape)
        {
            if (Value is not null && shape.SequenceEqual(Shape))
                return false;
            Value?.Dispose();
            Value = null;
            _count = 1;
            foreach (var size in shape)
                _count *= size;
            var bytes = _count * Tensor.Type.Size();
            if (bytes > _capacity)
            {
                NativeMemory.AlignedFree(_buffer);
                _buffer = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
                _capacity = bytes;
            }
            Shape = shape.ToArray();
            Value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, (TensorElementType)(int)Tensor.Type, Shape, (nint)_buffer, bytes);
            return true;
        }

        public Span<T> Span<T>() where T : unmanaged => Value is not null && Unsafe.SizeOf<T>() == Tensor.Type.Size()
            ? new(_buffer, checked((int)_count))
            : throw new InvalidOperationException($"{Tensor} has no value yet, or not one of {typeof(T).Name}");

        public void Dispose()
        {
            Value?.Dispose();
            NativeMemory.AlignedFree(_buffer);
            _buffer = null;
        }
    }
}
