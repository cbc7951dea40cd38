using TcMgc.Shared.Events;

namespace TcMgc.Shared.Tests.Events;

/// <summary>Events of a video at chosen times.</summary>
internal static class SampleEvents
{
    public static readonly DateTimeOffset Noon = new(2025, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static VideoId Video(int number) => VideoId.FromSha256(Sha(number));

    public static VideoUploaded Uploaded(int video, int second = 0, string name = "clip.mp4") => new()
    {
        VideoId = Video(video),
        Time = Noon.AddSeconds(second),
        FileName = name,
        Sha256 = Convert.ToHexStringLower(Sha(video)),
        Bytes = 1000 + video,
        Source = "file:///videos/clip.mp4",
    };

    public static VideoDecoded Decoded(VideoUploaded upload, int second = 1) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = Noon.AddSeconds(second),
        FramePack = $"frames/{upload.VideoId}",
        Frames = 10,
        Duration = 9.6,
        Width = 640,
        Height = 360,
        Warning = "the file ends early",
        Elapsed = 0.5,
    };

    public static VideoIndexed Indexed(VideoUploaded upload, int second = 2) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = Noon.AddSeconds(second),
        ModelId = "tiny-0123456789ab",
        Segments = 2,
        Frames = 10,
        Elapsed = 1.5,
    };

    public static VideoFailed Failed(VideoUploaded upload, int second = 2) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = Noon.AddSeconds(second),
        Stage = Stages.Decode,
        Reason = "it has no picture",
    };

    public static VideoDescribed Described(VideoUploaded upload, int second = 4, string? title = "Summer") => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = Noon.AddSeconds(second),
        Title = title,
    };

    public static VideoTranscribed Transcribed(VideoUploaded upload, int second = 5, string? transcript = "transcripts/a/b") =>
        new()
        {
            VideoId = upload.VideoId,
            UploadId = upload.EventId,
            Time = Noon.AddSeconds(second),
            Transcript = transcript,
            Cues = 2,
        };

    public static VideoDeleted Deleted(VideoUploaded upload, int second = 3) => new()
    {
        VideoId = upload.VideoId,
        UploadId = upload.EventId,
        Time = Noon.AddSeconds(second),
    };

    private static byte[] Sha(int number)
    {
        var sha = new byte[32];
        BitConverter.TryWriteBytes(sha, number);
        return sha;
    }
}
