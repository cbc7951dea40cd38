using System.Text;
using TcMgc.Shared.Ids;

namespace TcMgc.Shared.Tests.Ids;

public sealed class NameBasedUuidTests
{
    // The first is the test vector of RFC 9562, appendix A.4; the others are of Python's uuid.uuid5.
    [Theory]
    [InlineData("www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2")]
    [InlineData("python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d")]
    [InlineData("tcmgc.video", "0efc1460-e37e-542e-a097-82d034e24218")]
    public void Names_in_the_domain_namespace_have_the_known_uuids(string name, string expected) =>
        Assert.Equal(Guid.Parse(expected), NameBasedUuid.Create(NameBasedUuid.Dns, Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void The_namespace_of_videos_is_itself_name_based() =>
        Assert.Equal(NameBasedUuid.Create(NameBasedUuid.Dns, "tcmgc.video"u8), VideoId.Namespace);

    [Fact]
    public void Video_ids_are_of_version_5_and_differ_with_the_content()
    {
        var (one, other) = (VideoId.FromSha256(new byte[32]), VideoId.FromSha256([.. new byte[31], 1]));

        Assert.Equal(5, one.Value.Version);
        Assert.NotEqual(one, other);
        Assert.Throws<ArgumentException>(() => VideoId.FromSha256(new byte[20]));
    }

    [Fact]
    public void Segment_ids_differ_with_video_model_and_index_and_with_nothing_else()
    {
        var (video, other) = (VideoId.FromSha256(new byte[32]), VideoId.FromSha256([.. new byte[31], 1]));
        SegmentId[] ids = [
            SegmentId.Of(video, "m", 0), SegmentId.Of(video, "m", 1), SegmentId.Of(video, "n", 0), SegmentId.Of(other, "m", 0)];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal(ids[0], SegmentId.Of(video, "m", 0));
    }

    [Fact]
    public void A_video_id_reads_what_it_writes()
    {
        var id = VideoId.FromSha256(new byte[32]);

        Assert.True(VideoId.TryParse(id.ToString(), out var read));
        Assert.Equal(id, read);
        Assert.False(VideoId.TryParse("holiday.mp4", out _));
    }
}
