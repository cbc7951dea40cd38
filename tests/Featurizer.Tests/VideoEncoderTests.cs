using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Shared.Vectors;
using TcMgc.Stores.Blobs;

namespace TcMgc.Featurizer.Tests;

public sealed class VideoEncoderTests : IAsyncLifetime
{
    private const string Pack = "frames/pack";

    private static readonly VideoId s_video = VideoId.FromSha256(new byte[32]);

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-encoder-").FullName;
    private readonly TinyModel _model = new();
    private FolderBlobStore _packs = null!;
    private VideoEncoder _encoder = null!;

    public ValueTask InitializeAsync()
    {
        _packs = new(_folder);
        _encoder = new(_model.Model, _packs, TimeProvider.System, new());
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _encoder.DisposeAsync();
        _model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_frame_pack_becomes_segments_that_cover_the_video()
    {
        await WriteAsync(frames: 9, _model.Model.FrameSide);

        var segments = (await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 9.5, null, default)).Value!;

        Assert.Equal(9, segments.Sum(segment => segment.Place.FrameTimes.Length));
        Assert.Equal((0, 9.5), (segments[0].Place.Start, segments[^1].Place.End));
        Assert.All(segments, segment => Assert.Equal(s_video, segment.Place.Video));
    }

    [Fact]
    public async Task Where_similar_frames_are_spared_still_ones_have_the_embedding_of_the_first()
    {
        // Ten frames, of which the seventh begins another scene, in batches of three.
        await WriteAsync(frames: 10, _model.Model.FrameSide, frame => (byte)(frame < 6 ? frame : 200));
        await using var sparing =
            new VideoEncoder(_model.Model, _packs, TimeProvider.System, new() { FrameBatch = 3, SimilarFrames = 8 });

        var segments = (await sparing.EncodeAsync(s_video, CollectionId.Default, Pack, 10, null, default)).Value!;
        var exact = (await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 10, null, default)).Value!;

        Assert.Equal(exact.Select(segment => segment.Place.Id), segments.Select(segment => segment.Place.Id));
        var (frames, encoded) = (Frames(segments), Frames(exact));
        Assert.All(frames[..6], frame => Assert.Equal(encoded[0], frame));
        Assert.All(frames[6..], frame => Assert.Equal(encoded[6], frame));
        Assert.NotEqual(encoded[0], encoded[6]);
    }

    private float[][] Frames(IReadOnlyList<Segment> segments) =>
        [.. segments.SelectMany(segment => segment.Frames.ToArray().Select(value => (float)Math.Round((float)value, 2))
            .Chunk(_model.Model.Width))];

    [Fact]
    public async Task What_is_wrong_with_a_pack_is_a_value()
    {
        Assert.Equal("missing", (await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 1, null, default)).Fault!.Kind);
        await WriteAsync(frames: 0, _model.Model.FrameSide);
        Assert.Equal("empty", (await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 1, null, default)).Fault!.Kind);
        await _packs.WriteAsync(Pack, (stream, cancel) => stream.WriteAsync(new byte[100], cancel), default);
        Assert.Equal("damaged", (await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 1, null, default)).Fault!.Kind);
    }

    [Fact]
    public async Task Frames_of_another_side_are_no_fault_of_the_video()
    {
        await WriteAsync(frames: 1, _model.Model.FrameSide / 2);

        var error = await Assert.ThrowsAsync<WrongSettingException>(
            async () => await _encoder.EncodeAsync(s_video, CollectionId.Default, Pack, 1, null, default));

        Assert.Equal("Decode:FrameSide", error.Obstacle);
    }

    private ValueTask WriteAsync(int frames, int side, Func<int, byte>? value = null) => _packs.WriteAsync(Pack, async (
        stream, cancel) =>
    {
        var writer = await FramePackWriter.CreateAsync(stream, side, cancel);
        for (var at = 0; at < frames; at++)
            await writer.AppendAsync(
                Enumerable.Repeat(value?.Invoke(at) ?? 0, writer.FrameBytes).ToArray(), at, cancel);
        await writer.CompleteAsync(cancel);
    }, default);
}
