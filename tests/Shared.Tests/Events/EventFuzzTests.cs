using System.Text;
using TcMgc.Shared.Events;

namespace TcMgc.Shared.Tests.Events;

/// <summary>Whatever happened to an event: it is read, and can be written again, or is refused with a line.</summary>
public sealed class EventFuzzTests
{
    private const int Trials = 200;

    public static TheoryData<VideoEvent> Every() => EventJsonTests.Every();

    [Theory]
    [MemberData(nameof(Every))]
    public void A_mutated_event_is_read_or_refused(VideoEvent happened) =>
        Mutations.Check(EventJson.Serialize(happened), Trials, json => Survives(happened.Topic, json));

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"schemaVersion\":null}")]
    [InlineData("{\"schemaVersion\":1e99}")]
    [InlineData("{\"schemaVersion\":1,\"\\ud800\":1}")]
    [InlineData("{\"schemaVersion\":1,\"fileName\":\"\\ud800\"}")]
    [InlineData("{\"schemaVersion\":1,\"time\":\"9999-12-31T23:59:59.9999999-14:00\"}")]
    [InlineData("{\"schemaVersion\":1,\"videoId\":\"\"}")]
    public void A_hostile_event_is_refused(string json)
    {
        foreach (var topic in Topics.All)
            Assert.Throws<UserException>(() => EventJson.Deserialize(topic, Encoding.UTF8.GetBytes(json)));
    }

    private static void Survives(string topic, byte[] json)
    {
        try
        {
            EventJson.Serialize(EventJson.Deserialize(topic, json));
        }
        catch (UserException error)
        {
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
