using System.Buffers.Binary;
using System.Security.Cryptography;
using TcMgc.Media;
using TcMgc.Shared;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Cli.Soak;

/// <summary>
/// The videos of a soak: a few clips of the drawn world, each given many times with other bytes behind its picture. All of one
/// clip have the same frames and segments, and each is a video of its own.
/// </summary>
internal sealed class Clips
{
    private const int Count = 8, HeaderBytes = 8;

    private readonly IReadOnlyList<(byte[] Content, string Caption)> _clips;

    private Clips(IReadOnlyList<(byte[] Content, string Caption)> clips) => _clips = clips;

    /// <summary>How many have a picture of their own.</summary>
    public static int Pictures => Count;

    /// <summary>Draws the clips of a seed.</summary>
    public static async Task<Clips> DrawAsync(int seed, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var (world, writer) = (new SyntheticDataset(seed), new VideoWriter(new MediaOptions().Ffmpeg));
        var clips = new (byte[], string)[Count];
        await Parallel.ForAsync(0, Count, cancel, async (number, stop) =>
        {
            var video = world.Video(Split.Test, number);
            var path = Path.Combine(folder, $"{video.Id}.mp4");
            await writer.WriteAsync(video.Scene, path, stop);
            clips[number] = (await File.ReadAllBytesAsync(path, stop), video.Captions[0].Text);
        });
        return new(clips);
    }

    /// <summary>The sentence that describes a video.</summary>
    public string CaptionOf(int video) => _clips[video % Count].Caption;

    /// <summary>The file of a video: the clip, and a box of MP4 without meaning that holds the video's number.</summary>
    public byte[] ContentOf(int video)
    {
        var clip = _clips[video % Count].Content;
        var content = new byte[clip.Length + HeaderBytes + sizeof(long)];
        clip.CopyTo(content, 0);
        var box = content.AsSpan(clip.Length);
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        "free"u8.CopyTo(box[4..]);
        BinaryPrimitives.WriteInt64BigEndian(box[HeaderBytes..], video);
        return content;
    }

    /// <summary>Hash and id of a video.</summary>
    public (string Sha256, Guid Id) IdentityOf(int video)
    {
        var hash = SHA256.HashData(ContentOf(video));
        return (Convert.ToHexStringLower(hash), VideoId.FromSha256(hash).Value);
    }
}
