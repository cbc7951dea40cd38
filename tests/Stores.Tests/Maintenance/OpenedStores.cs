using Microsoft.Extensions.Configuration;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Maintenance;

/// <summary>Embedded stores, and what workers do with them.</summary>
internal static class OpenedStores
{
    private static readonly CancellationToken s_never = CancellationToken.None;

    public static async Task<Storage> OpenAsync(string data) => await Storage.OpenAsync(
        new ConfigurationBuilder().AddInMemoryCollection([new("Data", data)]).Build(), false, TimeProvider.System, s_never);

    /// <summary>Uploads a video whose content is its number, and indexes it.</summary>
    public static async Task<VideoUploaded> IndexAsync(this Storage stores, int number, int segments = 2)
    {
        var upload = await stores.UploadAsync(number);
        await stores.AppendAsync(Decoded(upload));
        await stores.Index.BindAsync(SampleSegments.Model, s_never);
        var encoded = SampleSegments.Of(number, segments, number)
            .ConvertAll(segment => segment with { Place = segment.Place with { Video = upload.VideoId } });
        await stores.Index.UpsertAsync(encoded, s_never);
        await stores.AppendAsync(Indexed(upload) with { Segments = segments });
        return upload;
    }

    public static async Task<VideoUploaded> UploadAsync(this Storage stores, int number)
    {
        using var content = new MemoryStream(BitConverter.GetBytes(number));
        var blob = await stores.Blobs.WriteContentAsync(VideoBlobs.NewOriginalOf(default), content, s_never);
        var upload = new VideoUploaded
        {
            VideoId = VideoId.FromSha256(Convert.FromHexString(blob.Sha256)),
            Time = Noon,
            FileName = $"{number}.mp4",
            Sha256 = blob.Sha256,
            Bytes = blob.Bytes,
            Source = blob.Name,
        };
        await stores.AppendAsync(upload);
        return upload;
    }

    /// <summary>Removes a video as a service does: the event comes first, its segments and blobs go later.</summary>
    public static async Task RemoveAsync(this Storage stores, VideoUploaded upload)
    {
        await stores.AppendAsync(Deleted(upload));
        await Task.Yield();
        await stores.Index.DeleteAsync(upload.VideoId, s_never);
        await stores.Blobs.DeleteAsync(upload.Source, s_never);
    }

    public static async Task AppendAsync(this Storage stores, VideoEvent happened)
    {
        await stores.Events.AppendAsync(happened, s_never);
        await stores.Catalog.ApplyAsync(happened, s_never);
    }
}
