using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>The body of an upsert, point by point. Multi-byte values are written as they lie in memory: little-endian.</summary>
internal sealed class SegmentPoints : IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private readonly Utf8JsonWriter _writer;

    public SegmentPoints() => _writer = new(_buffer);

    /// <summary>Points that the body holds.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the body so far.</summary>
    public long Length => _writer.BytesCommitted + _writer.BytesPending;

    public void Add(Segment segment, bool last)
    {
        if (Count++ == 0)
        {
            _writer.WriteStartObject();
            _writer.WriteStartArray("points"u8);
        }
        _writer.WriteStartObject();
        _writer.WriteString("id"u8, segment.Place.Id.Value);
        WriteVectors(segment);
        WritePayload(segment, last);
        _writer.WriteEndObject();
    }

    /// <summary>The body; valid until <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Complete()
    {
        _writer.WriteEndArray();
        _writer.WriteEndObject();
        _writer.Flush();
        return _buffer.WrittenMemory;
    }

    public void Clear()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset();
        Count = 0;
    }

    public void Dispose() => _writer.Dispose();

    private void WriteVectors(Segment segment)
    {
        _writer.WriteStartObject("vector"u8);
        WriteVector(PointFields.Text, segment.TextVector);
        WriteVector(PointFields.Image, segment.ImageVector);
        _writer.WriteStartArray(PointFields.Frames);
        var d = segment.TextVector.Length;
        for (var frame = 0; frame < segment.Place.FrameTimes.Length; frame++)
            WriteRow(segment.Frames.AsSpan(frame * d, d));
        _writer.WriteEndArray();
        _writer.WriteEndObject();
    }

    private void WriteVector(string name, ReadOnlySpan<float> values)
    {
        _writer.WriteStartArray(name);
        foreach (var value in values)
            _writer.WriteNumberValue(value);
        _writer.WriteEndArray();
    }

    /// <summary>Halves by their own shortest digits, half as many as those of the same value as a float.</summary>
    private void WriteRow(ReadOnlySpan<Half> values)
    {
        Span<byte> digits = stackalloc byte[16];
        _writer.WriteStartArray();
        foreach (var value in values)
        {
            value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
            _writer.WriteRawValue(digits[..written], skipInputValidation: true);
        }
        _writer.WriteEndArray();
    }

    private void WritePayload(Segment segment, bool last)
    {
        var place = segment.Place;
        _writer.WriteStartObject("payload"u8);
        _writer.WriteString(PointFields.Video, place.Video.Value);
        _writer.WriteNumber(PointFields.Index, place.Index);
        _writer.WriteNumber(PointFields.Start, place.Start);
        _writer.WriteNumber(PointFields.End, place.End);
        WriteVector(PointFields.Times, place.FrameTimes);
        _writer.WriteBase64String(PointFields.Text, MemoryMarshal.AsBytes<float>(segment.TextVector));
        _writer.WriteBase64String(PointFields.Features, MemoryMarshal.AsBytes<Half>(segment.Features ?? segment.Frames));
        if (segment.Features is not null)
            _writer.WriteBase64String(PointFields.Frames, MemoryMarshal.AsBytes<Half>(segment.Frames));
        _writer.WriteBase64String(PointFields.Layouts, segment.Layouts);
        if (last)
            _writer.WriteBoolean(PointFields.Last, true);
        _writer.WriteEndObject();
    }
}
