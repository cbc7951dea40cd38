using System.Numerics.Tensors;
using System.Security.Cryptography;
using System.Text;
using TcMgc.Model;
using TcMgc.Search.Query;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;

namespace TcMgc.Search.Tests;

/// <summary>Some indexed videos of random frames, their model and the engine that searches them.</summary>
internal sealed class SampleLibrary(VideoTextModel model, SearchOptions? options = null)
{
    private readonly Random _random = new(7);

    public VideoTextModel Model { get; } = model;

    public MemoryIndex Index { get; } = new();

    public MemoryCatalog Catalog { get; } = new();

    public SearchOptions Options { get; } = options ?? new();

    public SearchEngine Engine => new(Model, Index, Catalog, TimeProvider.System, Options);

    public static VideoId Id(string name) => VideoId.FromSha256(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public byte[] Picture()
    {
        var rgb = new byte[Model.FrameBytes];
        _random.NextBytes(rgb);
        return rgb;
    }

    /// <summary>Adds a video: segments of pictures, one a second.</summary>
    public async Task AddAsync(string name, params byte[][][] segments)
    {
        await Index.BindAsync(new(Model.Id, Model.Width, Model.SegmentFrames, null), default);
        await Index.UpsertAsync(
            [.. segments.Select((pictures, at) => Segment(Id(name), at, segments[..at].Sum(before => before.Length), pictures))],
            default);
        Catalog.Entries[Id(name)] = new()
        {
            Id = Id(name),
            UploadId = Guid.NewGuid(),
            Name = name,
            Source = $"file:///{name}",
            Sha256 = new('0', 64),
            Bytes = 1,
            State = VideoState.Indexed,
            UploadedAt = DateTimeOffset.UnixEpoch,
            ModelId = Model.Id,
            Segments = segments.Length,
        };
    }

    public Task AddRandomAsync(string name, int segments = 2, int frames = 3) =>
        AddAsync(name,
            [.. Enumerable.Range(0, segments).Select(_ => Enumerable.Range(0, frames).Select(_ => Picture()).ToArray())]);

    public void Hide(string name, VideoState state) =>
        Catalog.Entries[Id(name)] = Catalog.Entries[Id(name)] with { State = state };

    private byte[] Layout(byte[] picture)
    {
        var layout = new byte[ColourLayout.Bytes];
        ColourLayout.Of(picture, Model.FrameSide, layout);
        return layout;
    }

    private Segment Segment(VideoId video, int index, int start, byte[][] pictures)
    {
        var (n, d) = (Model.SegmentFrames, Model.Width);
        var (frames, mask, vector, features) = (new float[n * d], new float[n], new float[d], new float[n * d]);
        Model.EncodeFrames(pictures.SelectMany(picture => picture).ToArray(), pictures.Length, frames);
        mask.AsSpan(0, pictures.Length).Fill(1);
        Model.EncodeVideo(frames, mask, 1, vector, features);
        var image = new float[d];
        for (var frame = 0; frame < pictures.Length; frame++)
        {
            var row = frames.AsSpan(frame * d, d);
            TensorPrimitives.Divide(row, TensorPrimitives.Norm(row), row);
            TensorPrimitives.Add(image, row, image);
        }
        TensorPrimitives.Divide(image, TensorPrimitives.Norm(image), image);
        float[] times = [.. Enumerable.Range(start, pictures.Length).Select(second => second + 0.5f)];
        return new(new(SegmentId.Of(video, Model.Id, index), video, index, start, start + pictures.Length, times), vector, image,
            [.. frames[..(pictures.Length * d)].Select(value => (Half)value)], Model.HasOwnFeatures
                ? [.. features.Select(value => (Half)value)] : null,
            [.. pictures.SelectMany(Layout)]);
    }
}
