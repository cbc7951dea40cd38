namespace TcMgc.Shared.Blobs;

/// <summary>Where pictures of videos lie in the blob store.</summary>
public static class PictureBlobs
{
    /// <summary>What the names of a video's pictures begin with.</summary>
    public static string FolderOf(VideoId video) => $"pictures/{video}/";
}
