using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TcMgc.Shared.Events;

namespace TcMgc.Shared.Tests.Events;

/// <summary>docs/events.md shows what the program writes.</summary>
public sealed partial class EventsDocumentTests
{
    [GeneratedRegex("### (?<topic>videos\\.\\w+)\n.*?```json\n(?<json>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    private static readonly Dictionary<string, string> s_examples =
        Example().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", "events.md")))
            .ToDictionary(match => match.Groups["topic"].Value, match => match.Groups["json"].Value);

    public static TheoryData<string> EveryTopic() => [.. Topics.All];

    [Theory]
    [MemberData(nameof(EveryTopic))]
    public void The_example_is_read_and_written_the_same(string topic)
    {
        var json = s_examples[topic];

        var written = EventJson.Serialize(EventJson.Deserialize(topic, Encoding.UTF8.GetBytes(json)));

        Assert.Equal(JsonNode.Parse(json)!.ToJsonString(), JsonNode.Parse(written)!.ToJsonString());
    }

    [Fact]
    public void The_examples_speak_of_one_video_named_by_its_content()
    {
        var upload = (VideoUploaded)EventJson.Deserialize(Topics.Uploaded, Encoding.UTF8.GetBytes(s_examples[Topics.Uploaded]));

        Assert.Equal(VideoId.FromSha256(Convert.FromHexString(upload.Sha256)), upload.VideoId);
        Assert.All(
            s_examples.Values, json =>
            Assert.Equal(upload.VideoId.ToString(), JsonDocument.Parse(json).RootElement.GetProperty("videoId").GetString()));
    }
}
