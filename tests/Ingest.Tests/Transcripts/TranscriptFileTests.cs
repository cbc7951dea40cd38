using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Ingest.Transcripts;
using TcMgc.Shared.Transcripts;

namespace TcMgc.Ingest.Tests.Transcripts;

public sealed class TranscriptFileTests
{
    private static TranscriptFile Parse(string extension, string content) =>
        TranscriptFile.Parse(extension, Encoding.UTF8.GetBytes(content));

    [Fact]
    public void SubRip_is_read_with_its_liberties()
    {
        var read = Parse(".SRT", "\uFEFF1\r\n00:00:01,500 --> 00:00:03,000\r\n<i>Two</i> lines\r\n{\\an8}of text\r\n\r\n"
            + "2\n1:02:03.25-->1:02:04\nA &amp; B < C\n\n3\n00:00:09,000 --> 00:00:10,000\n\n");

        Assert.Equal([new Cue(1.5, 3, "Two lines of text"), new(3723.25, 3724, "A & B < C")], read.Cues!);
        Assert.Null(read.Warning);
    }

    [Fact]
    public void WebVTT_is_read_without_its_notes_styles_names_and_settings()
    {
        var read = Parse(".vtt", "WEBVTT - title\nKind: captions\n\nNOTE this\nis no cue\n\nSTYLE\n::cue { color: red }\n\n"
            + "intro\n00:01.000 --> 00:02.000 align:start line:0%\n<v Ada>Hello <00:01.500><c>world</c>\n");

        Assert.Equal([new Cue(1, 2, "Hello world")], read.Cues!);
        Assert.Null(read.Warning);
    }

    [Theory]
    [InlineData("""[{"start": 1, "end": 2.5, "text": " hello\nworld "}]""")]
    [InlineData("""
        {"text": "hello world", "language": "en",
         "segments": [{"id": 0, "start": 1.0, "end": 2.5, "text": "hello world", "tokens": [1]}]}
        """)]
    [InlineData("""{"cues": [{"start": "00:00:01.000", "end": "0:02,5", "text": "hello world"}]}""")]
    public void Json_is_read_as_recognisers_write_it(string json) =>
        Assert.Equal([new Cue(1, 2.5, "hello world")], Parse(".json", json).Cues!);

    [Theory]
    [InlineData(".json", "{", "is no JSON (line 1)")]
    [InlineData(".json", "{\"title\": \"Sea\"}", "is no transcript: an array of objects")]
    [InlineData(".json", "[]", "has no cues")]
    [InlineData(".json", "[{\"start\": 1, \"text\": \"\\ud800\"}, 7]",
        "has no cues that can be read (cue 1: no text; cue 2: no text)")]
    [InlineData(".json", "{\"\\ud800\":[]}", "is no transcript: an array of objects")]
    [InlineData(".json", "[{\"\\ud800\":0}]", "has no cues that can be read (cue 1: no text)")]
    [InlineData(".json", "[{\"text\":\"a\",\"\\udc00\":0}]", "has no cues that can be read (cue 1: no t")]
    [InlineData(".srt", "", "has no cues")]
    [InlineData(".srt", "hello", "has no cues that can be read (line 1: text that belongs to no time)")]
    [InlineData(".vtt", "1 --> 2\nno", "has no cues that can be read (line 1: no two times)")]
    public void What_is_no_transcript_says_why(string extension, string content, string reason)
    {
        var read = Parse(extension, content);

        Assert.Null(read.Cues);
        Assert.StartsWith(reason, read.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_of_a_transcript_is_told_and_the_rest_is_kept()
    {
        var read = Parse(".srt", "1\n00:00:01,000 --> 00:00:02,000\nkept\n\n2\n00:xx:03,000 --> 00:00:04,000\nlost\n\n"
            + "99999999:00:00 --> 99999999:00:01\nfar\n");

        Assert.Equal("kept", Assert.Single(read.Cues!).Text);
        Assert.Equal("line 6: no two times; line 7: text that belongs to no time; line 9: no time in a video", read.Warning);
    }

    [Fact]
    public void Times_that_run_backwards_and_text_in_one_byte_a_letter_are_taken()
    {
        var read = TranscriptFile.Parse(".srt", Encoding.Latin1.GetBytes("00:05,000 --> 00:04,000\nGr\u00fc\u00dfe"));

        Assert.Equal([new Cue(5, 5, "Grüße")], read.Cues!);
        Assert.Equal("it is not UTF-8 and was read as Latin-1", read.Warning);
        Assert.Equal("Grüße", TranscriptFile.Parse(".srt",
            [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("00:05 --> 00:06\nGrüße")]).Cues![0].Text);
    }

    [Fact]
    public void Cues_are_read_as_they_were_written_in_every_form()
    {
        var cue = from start in Gen.Choose(0, 20_000_000)
                  from length in Gen.Choose(0, 60_000)
                  from words in Gen.Elements("red", "ball", "Größe", "猫", "don't", "1", "😀").ListOf()
                  where words.Count > 0
                  select new Cue(start / 1000.0, (start + length) / 1000.0, string.Join(' ', words));
        Prop.ForAll(Arb.From(cue.NonEmptyListOf()), cues =>
        {
            var sorted = cues.OrderBy(one => one.Start).ThenBy(one => one.End).ToList();
            string Lines(char comma) => string.Concat(
                sorted.Select((one, at) => $"{at + 1}\n{Time(one.Start, comma)} --> {Time(one.End, comma)}\n{one.Text}\n\n"));
            return sorted.SequenceEqual(Parse(".srt", Lines(',')).Cues!, s_near)
                && sorted.SequenceEqual(Parse(".vtt", "WEBVTT\n\n" + Lines('.')).Cues!, s_near)
                && sorted.SequenceEqual(Parse(".json", Encoding.UTF8.GetString(Transcript.Serialize(sorted))).Cues!, s_near);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Whatever_the_bytes_are_there_are_cues_in_order_or_a_reason_in_one_line()
    {
        var pieces = Gen.Elements("-->", "\n", "\n\n", "00:01", ":", ",", "<", ">", "{\\", "&#", "&#55296;", "[",
            "{\"segments\":", "\"text\"", "1e999", "\u0000", "é", "WEBVTT", "99999999999:00", " ");
        var any = Gen.OneOf(ArbMap.Default.GeneratorFor<byte[]>(),
            pieces.ListOf().Select(some => Encoding.UTF8.GetBytes(string.Concat(some))));
        Prop.ForAll(Arb.From(any), Arb.From(Gen.Elements(".srt", ".vtt", ".json")), (content, extension) =>
        {
            var read = TranscriptFile.Parse(extension, content);
            return (read.Cues is null) != (read.Reason is null)
                && read.Reason?.Contains('\n', StringComparison.Ordinal) is not true
                && (read.Cues ?? []).All(cue => cue is { Start: >= 0, Text.Length: > 0 } && cue.End >= cue.Start
                    && !cue.Text.Any(char.IsControl))
                && (read.Cues ?? []).Zip((read.Cues ?? []).Skip(1)).All(pair => pair.First.Start <= pair.Second.Start);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("00:01 --> 00:02\n", "<a")]
    [InlineData("00:01 --> 00:02\n", "{\\")]
    [InlineData("00:01 --> 00:02\n", "a ")]
    [InlineData("", "-->\n")]
    [InlineData("", "00:01 --> 00:02\na\n\n")]
    public void Hostile_files_take_neither_long_nor_all(string head, string piece)
    {
        var content = head + string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));

        var read = Parse(".srt", content);

        Assert.True((read.Cues ?? []).Count <= TranscriptFile.MostCues);
        Assert.All(read.Cues ?? [], cue => Assert.InRange(cue.Text.Length, 1, CueList.LongestText));
        Assert.InRange((read.Warning ?? read.Reason ?? "").Length, 0, 300);
    }

    private static readonly IEqualityComparer<Cue> s_near = EqualityComparer<Cue>.Create((one, other) =>
        one!.Text == other!.Text && Math.Abs(one.Start - other.Start) < 1e-3 && Math.Abs(one.End - other.End) < 1e-3);

    private static string Time(double seconds, char comma)
    {
        var at = TimeSpan.FromMilliseconds(Math.Round(seconds * 1000));
        return string.Create(CultureInfo.InvariantCulture,
            $"{(int)at.TotalHours:00}:{at.Minutes:00}:{at.Seconds:00}{comma}{at.Milliseconds:000}");
    }
}
