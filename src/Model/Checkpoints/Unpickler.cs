using System.Buffers.Binary;
using System.Text;

namespace TcMgc.Model.Checkpoints;

/// <summary>
/// Reads the pickle of a PyTorch file. It never runs code: numbers, strings and containers are built here, every name that the
/// pickle refers to must be in the allow list of <see cref="TorchGlobals"/>, anything else is refused by its name. Work and
/// memory are bounded by the pickle's length, which is bounded itself.
/// </summary>
internal sealed class Unpickler
{
    /// <summary>Bytes of the longest pickle that is read; a published model's has some hundred thousand.</summary>
    public const int MaximumLength = 8 << 20;

    private const int MaximumInstructions = 2_000_000, HighestProtocol = 5;

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly object s_mark = new();

    private readonly string _source;
    private readonly byte[] _pickle;
    private readonly int _maximumInstructions;
    private readonly Stack<object?> _stack = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;

    private Unpickler(string source, byte[] pickle, int maximumInstructions) =>
        (_source, _pickle, _maximumInstructions) = (source, pickle, maximumInstructions);

    /// <summary>The value that a pickle stands for.</summary>
    /// <param name="source">What it is called in errors.</param>
    /// <param name="pickle">Its bytes.</param>
    /// <param name="maximumLength">Most bytes it may have.</param>
    /// <exception cref="ModelException">It is damaged or refers to something that is not allowed.</exception>
    public static object? Read(string source, byte[] pickle, int maximumLength = MaximumLength)
    {
        if (pickle.Length > maximumLength)
            throw new ModelException($"{source}: its pickle has {pickle.Length} bytes, more than any state dict needs");
        return new Unpickler(source, pickle, MaximumInstructions * Math.Max(1, maximumLength / MaximumLength)).Run();
    }

    private object? Run()
    {
        for (var count = 0; count < _maximumInstructions; count++)
        {
            var opcode = (PickleOpcode)Byte();
            if (opcode == PickleOpcode.Stop)
                return Pop();
            Step(opcode);
        }
        throw new ModelException(
            $"{_source}: its pickle has more than {_maximumInstructions} instructions, more than any state dict needs");
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol when Byte() is var protocol and > HighestProtocol:
                throw new ModelException($"{_source}: its pickle is of protocol {protocol}; up to {HighestProtocol} is read");
            case PickleOpcode.Protocol: break;
            case PickleOpcode.Frame: Bytes(8); break;

            case PickleOpcode.None: _stack.Push(null); break;
            case PickleOpcode.NewTrue: _stack.Push(true); break;
            case PickleOpcode.NewFalse: _stack.Push(false); break;
            case PickleOpcode.BinInt: _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;
            case PickleOpcode.BinInt1: _stack.Push((long)Byte()); break;
            case PickleOpcode.BinInt2: _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case PickleOpcode.Long1: _stack.Push(Integer(Bytes(Byte()))); break;
            case PickleOpcode.BinFloat: _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case PickleOpcode.BinUnicode: _stack.Push(Text(UInt32())); break;
            case PickleOpcode.ShortBinUnicode: _stack.Push(Text(Byte())); break;

            case PickleOpcode.EmptyList: _stack.Push(new PickleList()); break;
            case PickleOpcode.EmptyDictionary: _stack.Push(new PickleDictionary()); break;
            case PickleOpcode.EmptyTuple: _stack.Push(new PickleTuple([])); break;
            case PickleOpcode.Tuple1: PushTuple(1); break;
            case PickleOpcode.Tuple2: PushTuple(2); break;
            case PickleOpcode.Tuple3: PushTuple(3); break;
            case PickleOpcode.Tuple: _stack.Push(new PickleTuple(PopToMark())); break;
            case PickleOpcode.Append: Append([Pop()]); break;
            case PickleOpcode.Appends: Append(PopToMark()); break;
            case PickleOpcode.SetItem: SetItem(); break;
            case PickleOpcode.SetItems: SetItems(PopToMark()); break;

            case PickleOpcode.Mark: _stack.Push(s_mark); break;
            case PickleOpcode.Pop: PopAny(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.BinGet: Recall(Byte()); break;
            case PickleOpcode.LongBinGet: Recall(UInt32()); break;
            case PickleOpcode.BinPut: _memo[Byte()] = Peek(); break;
            case PickleOpcode.LongBinPut: _memo[UInt32()] = Peek(); break;
            case PickleOpcode.Memoize: _memo[(uint)_memo.Count] = Peek(); break;

            case PickleOpcode.Global: _stack.Push(TorchGlobals.Resolve(_source, Line(), Line())); break;
            case PickleOpcode.StackGlobal: PushStackGlobal(); break;
            case PickleOpcode.Reduce: Call(); break;
            case PickleOpcode.NewObject: NewObject(); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.BinPersistentId: _stack.Push(TorchGlobals.Storage(_source, Pop())); break;

            default:
                throw new ModelException(
                    $"{_source}: its pickle has the instruction 0x{(byte)opcode:x2}, which no state dict needs; it is refused");
        }
    }

    private void PushTuple(int count)
    {
        var items = new object?[count];
        for (var i = count - 1; i >= 0; i--)
            items[i] = Pop();
        _stack.Push(new PickleTuple(items));
    }

    private void Append(IEnumerable<object?> items)
    {
        if (Pop() is not PickleList list)
            throw Damaged();
        list.Items.AddRange(items);
        _stack.Push(list);
    }

    private void SetItem()
    {
        var value = Pop();
        SetItems([Pop(), value]);
    }

    private void SetItems(List<object?> items)
    {
        if (Peek() is not PickleDictionary dictionary || items.Count % 2 != 0)
            throw Damaged();
        for (var i = 0; i < items.Count; i += 2)
            dictionary.Entries.Add(new(items[i], items[i + 1]));
    }

    private void PushStackGlobal()
    {
        if (Pop() is not string name || Pop() is not string module)
            throw Damaged();
        _stack.Push(TorchGlobals.Resolve(_source, module, name));
    }

    private void Call()
    {
        if (Pop() is not PickleTuple arguments || Pop() is not PickleGlobal function)
            throw Damaged();
        _stack.Push(TorchGlobals.Call(_source, function, arguments.Items));
    }

    private void NewObject()
    {
        if (Pop() is not PickleTuple { Items.Count: 0 } || Pop() is not PickleGlobal type)
            throw Damaged();
        _stack.Push(TorchGlobals.New(_source, type));
    }

    private void Build()
    {
        var state = Pop();
        switch (Peek())
        {
            case PickleModule module when state is PickleDictionary attributes:
                module.Attributes = attributes;
                break;
            case PickleDictionary:                                   // an OrderedDict's own attributes: versions of modules
                break;
            default:
                throw Damaged();
        }
    }

    private void Recall(uint key) => _stack.Push(_memo.TryGetValue(key, out var value) ? value : throw Damaged());

    private object? Peek() => _stack.TryPeek(out var value) && value != s_mark ? value : throw Damaged();

    private object? Pop() => _stack.TryPop(out var value) && value != s_mark ? value : throw Damaged();

    private object? PopAny() => _stack.TryPop(out var value) ? value : throw Damaged();

    private List<object?> PopToMark()
    {
        var items = new List<object?>();
        for (var value = PopAny(); value != s_mark; value = PopAny())
            items.Add(value);
        items.Reverse();
        return items;
    }

    private long Integer(ReadOnlySpan<byte> littleEndian)
    {
        if (littleEndian.Length > sizeof(long))
            throw Damaged();
        if (littleEndian.IsEmpty)
            return 0;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        bytes.Fill((sbyte)littleEndian[^1] < 0 ? byte.MaxValue : (byte)0);
        littleEndian.CopyTo(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private string Text(long length)
    {
        try
        {
            return s_utf8.GetString(Bytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw Damaged();
        }
    }

    private string Line()
    {
        var length = _pickle.AsSpan(_position).IndexOf((byte)'\n');
        if (length < 0)
            throw Damaged();
        var line = Text(length);
        _position++;
        return line;
    }

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private byte Byte() => Bytes(1)[0];

    private ReadOnlySpan<byte> Bytes(long count)
    {
        if (count > _pickle.Length - _position)
            throw Damaged();
        var bytes = _pickle.AsSpan(_position, (int)count);
        _position += (int)count;
        return bytes;
    }

    private ModelException Damaged() => new($"{_source}: its pickle is damaged at byte {_position}");
}
