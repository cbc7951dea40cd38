using System.Text;
using TcMgc.Shared.Events;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Shared.Tests.Events;

public sealed class EventJsonTests
{
    public static TheoryData<VideoEvent> Every()
    {
        var upload = Uploaded(1);
        return [upload, Decoded(upload), Indexed(upload), Failed(upload), Deleted(upload), Described(upload),
            Transcribed(upload)];
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void An_event_reads_as_it_was_written(VideoEvent happened) =>
        Assert.Equal(happened, EventJson.Deserialize(happened.Topic, EventJson.Serialize(happened)));

    [Fact]
    public void Every_topic_has_its_event() =>
        Assert.Equal(Topics.All, Every().Select(row => row.Data.Topic));

    [Fact]
    public void A_collection_is_read_as_it_was_written_and_refused_by_readers_who_know_none()
    {
        Assert.True(CollectionId.TryParse("press", out var press));
        var upload = Uploaded(1) with { Collection = press };
        foreach (var happened in new VideoEvent[] { upload, Decoded(upload) with { Collection = press } })
        {
            var json = EventJson.Serialize(happened);

            Assert.Equal(happened, EventJson.Deserialize(happened.Topic, json));
            Assert.StartsWith("{\"schemaVersion\":2,", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
            Assert.Contains("\"collection\":\"press\"", Encoding.UTF8.GetString(json), StringComparison.Ordinal);
        }
        Assert.StartsWith("{\"schemaVersion\":1,", Encoding.UTF8.GetString(EventJson.Serialize(Uploaded(1))),
            StringComparison.Ordinal);
        Assert.DoesNotContain("collection", Encoding.UTF8.GetString(EventJson.Serialize(Uploaded(1))), StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_are_read_as_they_were_written() =>
        Assert.Equal(
            ["sea", "sun"],
            ((VideoDescribed)EventJson.Deserialize(
                Topics.Described, EventJson.Serialize(Described(Uploaded(1)) with { Tags = ["sea", "sun"] }))).Tags!);

    [Fact]
    public void Names_stay_legible_in_the_log() =>
        Assert.Contains("\"fileName\":\"Größe & 'Maß' 猫.mp4\"",
            Encoding.UTF8.GetString(EventJson.Serialize(Uploaded(1, name: "Größe & 'Maß' 猫.mp4"))), StringComparison.Ordinal);

    [Fact]
    public void Members_that_a_reader_does_not_know_are_ignored()
    {
        var upload = Uploaded(1);
        var json = Encoding.UTF8.GetString(EventJson.Serialize(upload))
            .Replace("\"bytes\"", "\"later\":{\"x\":[1]},\"bytes\"", StringComparison.Ordinal);

        Assert.Equal(upload, EventJson.Deserialize(Topics.Uploaded, Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [InlineData("{\"schemaVersion\":3,\"shape\":\"unknown\"}", "schema version 3")]
    [InlineData("{\"schemaVersion\":1}", "damaged")]
    [InlineData("{\"videoId\":\"x\"}", "no schema version")]
    [InlineData("not json", "damaged")]
    [InlineData("", "damaged")]
    public void What_cannot_be_read_is_refused_with_the_reason(string json, string reason)
    {
        var error = Assert.Throws<UserException>(() => EventJson.Deserialize(Topics.Uploaded, Encoding.UTF8.GetBytes(json)));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_of_a_newer_program_is_refused_by_name() =>
        Assert.Contains(
            "videos.shared", Assert.Throws<UserException>(() => EventJson.Deserialize("videos.shared", "{}"u8)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("/videos/plain.mp4")]
    [InlineData("/videos/with space & #hash?query=1.mp4")]
    [InlineData("/videos/100%25 %zz +plus.mp4")]
    [InlineData("/videos/Größe-猫-🎬.mp4")]
    [InlineData("/videos/back\\slash.mp4")]
    [InlineData("/videos/e\u0301 combining.mp4")]
    public void A_path_comes_back_from_its_source(string path)
    {
        var upload = Uploaded(1) with { Source = VideoUploaded.SourceOf(path) };

        Assert.StartsWith("file:///", upload.Source, StringComparison.Ordinal);
        Assert.Equal(path, upload.LocalPath);
    }

    [Fact]
    public void A_blob_is_no_local_path() => Assert.Null((Uploaded(1) with { Source = "originals/1" }).LocalPath);
}
