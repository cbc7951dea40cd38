using System.Buffers.Text;
using System.Text.Json;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>A point as Qdrant answers it: views over the answer's bytes, valid while it is read.</summary>
internal ref struct Point
{
    private VideoId? _video;
    private double _start, _end;
    private float[]? _times;

    public SegmentId Id { get; private set; }

    public float Score { get; private set; }

    public readonly VideoId Video => _video ?? throw Damaged(PointFields.Video);

    /// <summary>The segment's place in its video; 0 where it was not asked for.</summary>
    public int Index { get; private set; }

    /// <summary>Base64, empty where it was not asked for or is not there.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Base64, as <see cref="Text"/>.</summary>
    public ReadOnlySpan<byte> Features { get; private set; }

    /// <summary>Base64, as <see cref="Text"/>.</summary>
    public ReadOnlySpan<byte> Frames { get; private set; }

    /// <summary>Base64, as <see cref="Text"/>.</summary>
    public ReadOnlySpan<byte> Layouts { get; private set; }

    /// <summary>Where it lies, once its times are known to be 1 to <paramref name="mostFrames"/>.</summary>
    /// <exception cref="InvalidDataException">They are not.</exception>
    public readonly SegmentPlace Place(int mostFrames) =>
        _times is { } times && times.Length >= 1 && times.Length <= mostFrames ? new(Id, Video, Index, _start, _end, times) : throw Damaged(PointFields.Times);

    /// <exception cref="InvalidDataException">It is no point that TcMgc wrote.</exception>
    public static Point Parse(ReadOnlySpan<byte> json)
    {
        var point = default(Point);
        try
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                point.ReadField(ref reader);
            return point;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"segment {point.Id}: {error.Message}", error);
        }
    }

    /// <summary>Decodes base64 into the beginning of a buffer.</summary>
    /// <returns>Bytes decoded.</returns>
    /// <exception cref="InvalidDataException">It is no base64, or longer than the buffer.</exception>
    public readonly int Decode(ReadOnlySpan<byte> base64, Span<byte> bytes, string field) =>
        Base64.DecodeFromUtf8(base64, bytes, out _, out var written) == System.Buffers.OperationStatus.Done ? written : throw Damaged(field);

    public readonly InvalidDataException Damaged(string field) => new($"segment {Id}: its {field} are absent or of another size");

    private void ReadField(scoped ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = new(reader.GetGuid());
        }
        else if (reader.ValueTextEquals("score"u8))
        {
            reader.Read();
            Score = reader.GetSingle();
        }
        else if (reader.ValueTextEquals("payload"u8))
        {
            reader.Read(); // Null where none was asked for.
            while (reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                ReadPayload(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private void ReadPayload(scoped ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals(PointFields.Video))
            _video = reader.Read() ? new(reader.GetGuid()) : null;
        else if (reader.ValueTextEquals(PointFields.Index))
            Index = reader.Read() ? reader.GetInt32() : 0;
        else if (reader.ValueTextEquals(PointFields.Start))
            _start = reader.Read() ? reader.GetDouble() : 0;
        else if (reader.ValueTextEquals(PointFields.End))
            _end = reader.Read() ? reader.GetDouble() : 0;
        else if (reader.ValueTextEquals(PointFields.Times))
            _times = Numbers(ref reader);
        else if (reader.ValueTextEquals(PointFields.Text))
            Text = Base64Text(ref reader);
        else if (reader.ValueTextEquals(PointFields.Features))
            Features = Base64Text(ref reader);
        else if (reader.ValueTextEquals(PointFields.Frames))
            Frames = Base64Text(ref reader);
        else if (reader.ValueTextEquals(PointFields.Layouts))
            Layouts = Base64Text(ref reader);
        else
            reader.Skip();
    }

    private static float[] Numbers(scoped ref Utf8JsonReader reader)
    {
        var numbers = new List<float>(16);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
            numbers.Add(reader.GetSingle());
        return [.. numbers];
    }

    private static ReadOnlySpan<byte> Base64Text(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            throw new FormatException("a text was expected");
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var plain = new byte[reader.ValueSpan.Length]; // A server that writes '/' as '\/' is within its rights.
        return plain.AsSpan(0, reader.CopyString(plain));
    }
}
