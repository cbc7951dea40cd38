using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Shared.Vectors.Qdrant;

namespace TcMgc.Shared.Tests.Vectors.Qdrant;

public sealed class PointStreamTests
{
    private static readonly Guid s_next = new("11111111-2222-3333-4444-555555555555");

    [Fact]
    public void Points_are_read_however_the_answer_is_cut_into_pieces() =>
        Prop.ForAll(ArbMap.Default.ArbFor<PositiveInt[]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<bool>(), (values, piece, paged) =>
        {
            var scores = values.Select(value => value.Get / 8f).ToList();
            var (read, next) = Read(Answer(scores, paged), piece.Get);

            Assert.Equal(scores, read);
            Assert.Equal(paged ? s_next : default(Guid?), next);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_answer_that_ends_too_early_is_an_error_wherever_it_ends()
    {
        var whole = Answer([1, 2, 3], paged: true);
        for (var length = 0; length < whole.Length; length++)
            Assert.ThrowsAny<JsonException>(() => Read(whole[..length], piece: 7));
    }

    [Fact]
    public void A_point_larger_than_the_buffer_is_read()
    {
        var (read, _) = Read(Encoding.UTF8.GetBytes($$"""{"result":[{"id":"{{s_next}}","pad":"{{new string('x', 1 << 20)}}","score":1},{"id":"{{s_next}}","score":2}]}"""), 1 << 16);

        Assert.Equal([1f, 2f], read);
    }

    [Fact]
    public void Base64_that_the_server_escaped_is_read()
    {
        Span<byte> bytes = stackalloc byte[3];
        var point = Point.Parse("""{"id":"11111111-2222-3333-4444-555555555555","payload":{"text":"\/\u002B\/\/"}}"""u8);

        Assert.Equal(3, point.Decode(point.Text, bytes, "text"));
        Assert.Equal([0xFF, 0xEF, 0xFF], bytes.ToArray());
    }

    private static byte[] Answer(List<float> scores, bool paged)
    {
        var points = string.Join(", ", scores.Select(score =>
            $$$"""{"id":"{{{Guid.NewGuid()}}}","version":3,"payload":{"video":"{{{Guid.NewGuid()}}}","odd":[{"points":[1]}]},"score":{{{score}}} }"""));
        return Encoding.UTF8.GetBytes(paged
            ? $$$"""{"usage":{"hardware":{"cpu":[1]}},"result":{"next_page_offset":"{{{s_next}}}","points":[{{{points}}}]},"status":"ok"}"""
            : $$$"""{"time":0.1,"result":[{{{points}}}],"status":"ok"}""");
    }

    private static (List<float> Scores, Guid? Next) Read(byte[] answer, int piece)
    {
        var scores = new List<float>();
        using var stream = new Pieces(answer, piece);
        var next = PointStream.ReadAsync(stream, (scoped in Point point) => scores.Add(point.Score), CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return (scores, next);
    }

    /// <summary>Gives few bytes at a time.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
