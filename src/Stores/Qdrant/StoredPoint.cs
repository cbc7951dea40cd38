using System.Numerics.Tensors;
using Google.Protobuf.Collections;
using Qdrant.Client.Grpc;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Stores.Qdrant;

/// <summary>A point as Qdrant answers it. What it lacks, or has in another form than TcMgc writes, is told as damage.</summary>
internal readonly struct StoredPoint(PointId id, MapField<string, Value> payload, VectorsOutput? vectors, string url)
{
    public StoredPoint(RetrievedPoint point, string url) : this(point.Id, point.Payload, point.Vectors, url) { }

    public StoredPoint(ScoredPoint point, string url) : this(point.Id, point.Payload, point.Vectors, url) { }

    public SegmentId Id => Guid.TryParse(id.Uuid, out var value) ? new(value) : throw Damaged("id");

    /// <exception cref="UserException">It is absent, or no UUID.</exception>
    public VideoId Video =>
        Guid.TryParse(Field(PointFields.Video).StringValue, out var video) ? new(video) : throw Damaged(PointFields.Video);

    /// <exception cref="UserException">It is no collection's name.</exception>
    public CollectionId Collection =>
        !payload.TryGetValue(PointFields.Collection, out var value) ? CollectionId.Default
        : CollectionId.TryParse(value.StringValue, out var collection) ? collection
        : throw Damaged(PointFields.Collection);

    /// <exception cref="UserException">It is absent, or no number.</exception>
    public int Index => Field(PointFields.Index) is { HasIntegerValue: true } index ? (int)index.IntegerValue
        : throw Damaged(PointFields.Index);

    /// <summary>Where it lies, once its times are known to be 1 to <paramref name="mostFrames"/>.</summary>
    /// <exception cref="UserException">They are not.</exception>
    public SegmentPlace Place(int mostFrames)
    {
        var values = Field(PointFields.Times).ListValue?.Values;
        if (values is null || values.Count < 1 || values.Count > mostFrames)
            throw Damaged(PointFields.Times);
        var times = new float[values.Count];
        for (var frame = 0; frame < times.Length; frame++)
            times[frame] = (float)Number(values[frame], PointFields.Times);
        return new(Id, Video, Index, Number(Field(PointFields.Start), PointFields.Start),
            Number(Field(PointFields.End), PointFields.End), times)
        { Collection = Collection };
    }

    /// <summary>Decodes base64.</summary>
    /// <exception cref="UserException">It is absent, no base64, or of another size than the buffer.</exception>
    public void Bytes(string field, Span<byte> bytes)
    {
        if (!Convert.TryFromBase64String(Field(field).StringValue, bytes, out var written) || written != bytes.Length)
            throw Damaged(field);
    }

    /// <summary>Copies a vector to the beginning of an array.</summary>
    /// <exception cref="UserException">It is absent, or of another size.</exception>
    public void Vector(string name, int dimensions, float[] values)
    {
        if (Output(name)?.GetDenseVector()?.Data is not { } data || data.Count != dimensions)
            throw Damaged(name);
        data.CopyTo(values, 0);
    }

    /// <summary>Copies the rows of a multivector to the beginning of an array.</summary>
    /// <returns>Their number.</returns>
    /// <exception cref="UserException">It is absent, or has rows of another size, or more than the array takes.</exception>
    public int Rows(string name, int dimensions, float[] values)
    {
        if (Output(name)?.GetMultiVector()?.Vectors is not { } rows || rows.Count * dimensions > values.Length)
            throw Damaged(name);
        for (var row = 0; row < rows.Count; row++)
            if (rows[row].Data is var data && data.Count == dimensions)
                data.CopyTo(values, row * dimensions);
            else
                throw Damaged(name);
        return rows.Count;
    }

    /// <summary>The segment with all of its plain frames.</summary>
    /// <exception cref="UserException">Something is absent, or of another size.</exception>
    public SegmentFrames Frames(IndexModel model)
    {
        var place = Place(model.Frames);
        var rows = new float[place.FrameTimes.Length * model.Dimensions];
        PlainFrames(place, model, rows);
        var frames = new Half[rows.Length];
        TensorPrimitives.ConvertToHalf(rows, frames);
        var layouts = new byte[place.FrameTimes.Length * ColourLayout.Bytes];
        Bytes(PointFields.Layouts, layouts);
        return new(place, frames, layouts);
    }

    /// <summary>The plain frame with the largest dot product; <paramref name="rows"/> is room for the model's frames.</summary>
    /// <exception cref="UserException">Something is absent, or of another size.</exception>
    public FrameMatch BestFrame(ReadOnlySpan<float> query, IndexModel model, float[] rows)
    {
        var place = Place(model.Frames);
        PlainFrames(place, model, rows);
        var (best, similarity) = (0, float.NegativeInfinity);
        for (var frame = 0; frame < place.FrameTimes.Length; frame++)
            if (TensorPrimitives.Dot(query, rows.AsSpan(frame * model.Dimensions, model.Dimensions)) is var dot
                && dot > similarity)
                (best, similarity) = (frame, dot);
        return new(place.Id, place.Video, best, place.FrameTimes[best], similarity);
    }

    private void PlainFrames(SegmentPlace place, IndexModel model, float[] rows)
    {
        if (Rows(PointFields.Frames, model.Dimensions, rows) != place.FrameTimes.Length)
            throw Damaged(PointFields.Frames);
    }

    public UserException Damaged(string field) =>
        new($"Qdrant at {url} holds what TcMgc did not write (segment {id.Uuid}: its {field} are absent or of another form); "
        + $"index that video again, or set {QdrantOptions.Section}:Alias to another name");

    private VectorOutput? Output(string name) =>
        vectors?.Vectors is { } named && named.Vectors.TryGetValue(name, out var vector) ? vector : null;

    private Value Field(string name) => payload.TryGetValue(name, out var value) ? value : throw Damaged(name);

    /// <summary>JSON, in which Qdrant keeps payloads, has one kind of number: 3.0 may come back as 3.</summary>
    private double Number(Value value, string field) => value.KindCase switch
    {
        Value.KindOneofCase.DoubleValue => value.DoubleValue,
        Value.KindOneofCase.IntegerValue => value.IntegerValue,
        _ => throw Damaged(field),
    };
}
