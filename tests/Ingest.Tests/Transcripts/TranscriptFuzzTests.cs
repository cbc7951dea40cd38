using System.Text;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Tests.Transcripts;

/// <summary>Whatever happened to a transcript: its cues can be stored, or it is refused with a line.</summary>
public sealed class TranscriptFuzzTests
{
    private const int Trials = 500;

    private const string Srt = "1\n00:00:01,500 --> 00:00:03,000\n<i>Two</i> lines &amp; more\n{\\an8}of text\n\n"
        + "2\n1:02:03.25-->1:02:04\n\u732b \ud83d\ude00\n";

    private const string Vtt = "WEBVTT - title\n\nNOTE this\n\nintro\n00:01.000 --> 00:02.000 align:start\n<v Ada>Hello\n";

    private const string Json = """
        {"segments": [{"id": 0, "start": 1.0, "end": "0:02,5", "text": "a \u00e9 \ud83d\ude00", "tokens": [1]}, {"start": 2}]}
        """;

    [Theory]
    [InlineData(".srt", Srt)]
    [InlineData(".vtt", Vtt)]
    [InlineData(".json", Json)]
    [InlineData(null, Json)]
    public void A_mutated_transcript_is_read_or_refused(string? extension, string content)
    {
        Mutations.Check(Encoding.UTF8.GetBytes(content), Trials, bytes => Survives(extension, bytes));
        Mutations.Check([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(content)], Trials, bytes => Survives(extension, bytes));
    }

    private static void Survives(string? extension, byte[] content)
    {
        var read = TranscriptFile.Parse(extension, content);
        if (read.Cues is { } cues)
            Transcript.Serialize(cues);
        Assert.DoesNotContain('\n', read.Reason ?? read.Warning ?? "");
    }
}
