using TcMgc.Media;
using TcMgc.Media.Tests;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Frames;
using TcMgc.Stores.Blobs;

namespace TcMgc.Ingest.Tests;

public sealed class VideoDecoderTests : IDisposable
{
    private const int Side = 32;

    private static readonly VideoId s_video = VideoId.FromSha256(new byte[32]);

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-decoder-").FullName;
    private readonly FolderBlobStore _packs;
    private readonly VideoDecoder _decoder;

    public VideoDecoderTests()
    {
        _packs = new(_folder);
        _decoder = new(_packs, Side, TimeProvider.System, new());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_becomes_a_frame_pack()
    {
        var clip = TestClips.Distinct(0, 3);

        var decoded = (await _decoder.DecodeAsync(s_video, clip, null, default)).Value!;

        Assert.Equal((3, 3.0, 320, 240, null),
            (decoded.Frames, decoded.Duration, decoded.Width, decoded.Height, decoded.Warning));
        await using var pack = await FramePackReader.OpenAsync((await _packs.OpenReadAsync(decoded.Pack, default))!, default);
        var frames = new byte[pack.Count * pack.FrameBytes];
        await pack.ReadAsync(frames, default);
        Assert.Equal((await Decoding.OfAsync(clip, Side)).Frames, frames.Chunk(pack.FrameBytes));
    }

    [Fact]
    public async Task Its_pictures_are_written_beside_the_frame_pack_unless_nobody_wants_them()
    {
        var clip = TestClips.Distinct(0, 3);
        await new VideoDecoder(_packs, Side, TimeProvider.System, new()) { WritesPictures = false }
            .DecodeAsync(s_video, clip, null, default);
        Assert.Equal([VideoBlobs.FramesOf(s_video)], await NamesAsync());

        await _decoder.DecodeAsync(s_video, clip, null, default);

        Assert.Equal([VideoBlobs.FramesOf(s_video), VideoBlobs.StripOf(s_video), VideoBlobs.SecondsOf(s_video)],
            await NamesAsync());
        await using var pack = await PicturePack.OpenAsync(
            (await _packs.OpenReadAsync(VideoBlobs.SecondsOf(s_video), default))!, default);
        Assert.Equal(3, pack.Seconds);

        async Task<string[]> NamesAsync() =>
            await _packs.ListAsync("", default).Select(blob => blob.Name).ToArrayAsync();
    }

    [Fact]
    public async Task What_is_wrong_with_a_file_is_a_value_and_leaves_no_pack()
    {
        var result = await _decoder.DecodeAsync(s_video, TestClips.SoundOnly(), null, default);

        Assert.Equal(new VideoFault("file", "has only sound, no video stream"), result.Fault);
        Assert.Empty(await _packs.ListAsync("", default).ToListAsync());
    }
}
