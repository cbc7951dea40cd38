using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TcMgc.Stores.Sqlite;

/// <summary>
/// Vectors as bytes, a quarter of the memory that a scan reads, with a bound on what that loses: a row whose dot product with a
/// query
/// can be no more than that of the best so far needs no exact look.
/// </summary>
/// <remarks>
/// A row x is s·c + r with codes c of −127 to 127, a query y is t·p + w likewise: y·x = s·t·(p·c) + w·(s·c) + y·r. By Cauchy and
/// Schwarz the second part is at most ‖w‖·‖s·c‖, the third ‖y‖·‖r‖.
/// </remarks>
internal sealed class CodedRows(int rows, int dimensions)
{
    private const int Largest = 127; // Two products of such codes have room in 16 bits, in which Dot multiplies.
    private readonly int _width = Width(dimensions);
    private readonly sbyte[] _codes = new sbyte[rows * Width(dimensions)]; // What is beyond D stays zero.
    private readonly (float Scale, float Length, float Lost)[] _parts = new (float, float, float)[rows];

    /// <summary>Bytes of a row.</summary>
    public static int BytesEach(int dimensions) => Width(dimensions) + Unsafe.SizeOf<(float, float, float)>();

    public void Set(int row, ReadOnlySpan<float> vector) => _parts[row] = Code(vector, _codes.AsSpan(row * _width, dimensions));

    public void Copy(CodedRows source, int from, int to)
    {
        source._codes.AsSpan(from * _width, _width).CopyTo(_codes.AsSpan(to * _width));
        _parts[to] = source._parts[from];
    }

    /// <summary>
    /// What the row's dot product with the query is at most, rounding included; no number where one of them is not finite.
    /// </summary>
    public float AtMost(in Query query, int row)
    {
        var (scale, length, lost) = _parts[row];
        return query.Scale * scale * Dot(query.Codes, _codes.AsSpan(row * _width, _width)) + query.Lost * length
            + query.Length * lost;
    }

    public static Query Of(ReadOnlySpan<float> query)
    {
        Span<sbyte> codes = new sbyte[Width(query.Length)];
        var (scale, length, lost) = Code(query, codes[..query.Length]);
        var wide = new short[codes.Length];
        TensorPrimitives.ConvertSaturating<sbyte, short>(codes, wide);
        // A sum of D products in single precision is off by D·2⁻²⁴·‖x‖·‖y‖ at most, in whatever order; sixteen times that for all
        // that is rounded.
        return new(wide, scale, length, lost + query.Length * MathF.ScaleB(1, -20) * length);
    }

    /// <summary>
    /// Values to codes; the length of the values and of what the codes leave out, rounded up so that the first is also the
    /// codes'.
    /// </summary>
    private static (float Scale, float Length, float Lost) Code(ReadOnlySpan<float> values, Span<sbyte> codes)
    {
        var (scale, lost) = (Math.Abs(TensorPrimitives.MaxMagnitude(values)) / Largest, 0d);
        for (var at = 0; at < values.Length; at++)
        {
            codes[at] = (sbyte)Math.Clamp(MathF.Round(values[at] / scale), -Largest, Largest);
            var rest = values[at] - (double)scale * codes[at];
            lost += rest * rest;
        }
        var left = 1.001f * (float)Math.Sqrt(lost);
        return (scale, 1.001f * TensorPrimitives.Norm(values) + left, left);
    }

    private static int Dot(ReadOnlySpan<short> query, ReadOnlySpan<sbyte> codes)
    {
        var factors = MemoryMarshal.Cast<short, Vector<short>>(query);
        var row = MemoryMarshal.Cast<sbyte, Vector<sbyte>>(codes);
        var sum = Vector<int>.Zero;
        for (var at = 0; at < row.Length; at++)
        {
            Vector.Widen(row[at], out var low, out var high);
            Vector.Widen(low * factors[2 * at] + high * factors[2 * at + 1], out var left, out var right);
            sum += left + right;
        }
        return Vector.Sum(sum);
    }

    private static int Width(int dimensions) =>
        (dimensions + Vector<sbyte>.Count - 1) / Vector<sbyte>.Count * Vector<sbyte>.Count;

    /// <summary>A coded query.</summary>
    /// <param name="Codes">Its codes, widened to what they are multiplied in.</param>
    /// <param name="Scale">Value of a code of 1.</param>
    /// <param name="Length">Its length, rounded up.</param>
    /// <param name="Lost">Length of what its codes leave out, and what rounding may lose.</param>
    public readonly record struct Query(short[] Codes, float Scale, float Length, float Lost);
}
