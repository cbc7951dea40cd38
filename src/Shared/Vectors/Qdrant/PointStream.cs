using System.Buffers;
using System.Text.Json;

namespace TcMgc.Shared.Vectors.Qdrant;

/// <summary>Takes a point of an answer.</summary>
internal delegate void PointTaker(scoped in Point point);

/// <summary>
/// Reads the points of an answer one by one, straight from its stream: no more than one point is held, whatever their number.
/// The answer is <c>{"result":[…]}</c> or <c>{"result":{"points":[…],"next_page_offset":…}}</c>.
/// </summary>
internal sealed class PointStream : IDisposable
{
    private const int LargestPoint = 1 << 28;

    private readonly Stream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 17);
    private int _start, _end;
    private bool _inPoints, _atEnd;
    private JsonReaderState _state;
    private Guid? _nextPage;

    private PointStream(Stream stream) => _stream = stream;

    /// <summary>Reads an answer to its end.</summary>
    /// <returns>Where the next page starts; null where there is none.</returns>
    /// <exception cref="JsonException">It is no such answer.</exception>
    /// <exception cref="InvalidDataException">A point is not one that TcMgc wrote.</exception>
    public static async ValueTask<Guid?> ReadAsync(Stream stream, PointTaker take, CancellationToken cancel)
    {
        using var points = new PointStream(stream);
        do
        {
            await points.FillAsync(cancel).ConfigureAwait(false);
            points.Take(take);
        }
        while (!points._atEnd);
        return points._nextPage;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private async ValueTask FillAsync(CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Grow();
        var read = await _stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
        _end += read;
        _atEnd = read == 0;
    }

    private void Grow()
    {
        if (_end >= LargestPoint)
            throw new JsonException($"a point of more than {LargestPoint >> 20} MiB");
        var larger = ArrayPool<byte>.Shared.Rent(2 * _buffer.Length);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    /// <summary>Takes what the buffer holds whole; the rest waits for more.</summary>
    private void Take(PointTaker take)
    {
        var reader = new Utf8JsonReader(_buffer.AsSpan(_start, _end - _start), _atEnd, _state);
        while (Step(ref reader, take))
        {
            _start += (int)reader.BytesConsumed;
            _state = reader.CurrentState;
            reader = new(_buffer.AsSpan(_start, _end - _start), _atEnd, _state);
        }
    }

    /// <summary>One point, or one token or field around them; false where the buffer ends within it.</summary>
    private bool Step(ref Utf8JsonReader reader, PointTaker take)
    {
        if (!reader.Read())
            return false;
        if (_inPoints)
            return Element(ref reader, take);
        if (reader.TokenType != JsonTokenType.PropertyName)
            return true;
        var (isResult, isNextPage) = (reader.ValueTextEquals("result"u8) || reader.ValueTextEquals("points"u8), reader.ValueTextEquals("next_page_offset"u8));
        if (!isResult && !isNextPage)
            return reader.TrySkip();
        if (!reader.Read())
            return false;
        if (isResult)
            _inPoints = reader.TokenType == JsonTokenType.StartArray;
        else
            _nextPage = reader.TokenType == JsonTokenType.String ? reader.GetGuid() : null;
        return true;
    }

    private bool Element(ref Utf8JsonReader reader, PointTaker take)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _inPoints = false;
            return true;
        }
        var at = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
            return false;
        take(Point.Parse(_buffer.AsSpan(_start + at, (int)reader.BytesConsumed - at)));
        return true;
    }
}
