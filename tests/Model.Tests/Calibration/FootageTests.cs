using System.Numerics.Tensors;
using TcMgc.Model.Calibration;

namespace TcMgc.Model.Tests.Calibration;

public sealed class FootageTests
{
    private const int Width = 16, Frames = 6;

    private static readonly List<float[]> s_background = [.. Enumerable.Range(0, 300).Select(image =>
        Unit(Direction(new Random(1000 + image), image % 2, 1).Zip(Direction(new Random(2000 + image), 1, 1), (a, b) => a + b)))];

    private static readonly Footage s_footage = FootageFit.Fit(Videos(new Random(1), 200, kind: 0), s_background, Width);

    [Fact]
    public void Nineteen_of_twenty_further_videos_of_the_kind_keep_the_limit_and_none_of_another_kind_does()
    {
        var same = Videos(new Random(2), 400, kind: 0).Count(video => s_footage.Distance(video) > s_footage.Limit);
        var other = Videos(new Random(3), 100, kind: 1).Count(video => s_footage.Distance(video) > s_footage.Limit);

        Assert.InRange(same, 4, 40);
        Assert.Equal(100, other);
    }

    [Fact]
    public void Too_few_videos_are_refused() =>
        Assert.Contains("too few", Assert.Throws<ModelException>(
            () => FootageFit.Fit(Videos(new Random(4), 9, kind: 0), s_background, Width)).Message, StringComparison.Ordinal);

    [Fact]
    public void Statistics_of_a_wrong_size_or_without_numbers_cannot_be_used()
    {
        var (calibrated, background) = (s_footage.Calibrated, s_footage.Background);
        byte[] noNumbers = [.. Enumerable.Repeat((byte)0xff, calibrated.Whitening.Length)];

        Assert.Null(s_footage.ReasonFor(Width));
        Assert.NotNull(s_footage.ReasonFor(Width - 1));
        Assert.NotNull((s_footage with { Calibrated = calibrated with { Mean = calibrated.Mean[..^4] } }).ReasonFor(Width));
        Assert.NotNull((s_footage with { Background = background with { Whitening = noNumbers } }).ReasonFor(Width));
        Assert.NotNull((s_footage with { Limit = double.NaN }).ReasonFor(Width));
    }

    /// <summary>Unit frames around a video's own direction, which lies in the half of the space that its kind has.</summary>
    private static List<float[]> Videos(Random random, int count, int kind) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var own = Direction(random, kind, 1);
        return Enumerable.Range(0, Frames)
            .SelectMany(_ => Unit(own.Zip(Direction(random, kind, 0.3f), (a, b) => a + b))).ToArray();
    })];

    private static float[] Direction(Random random, int kind, float length) => [.. Enumerable.Range(0, Width).Select(at =>
        (at < Width / 2 == (kind == 0) ? length : 0.02f) * ((random.NextSingle() * 2) - 1))];

    private static float[] Unit(IEnumerable<float> vector)
    {
        float[] values = [.. vector];
        TensorPrimitives.Divide(values, TensorPrimitives.Norm(values), values);
        return values;
    }
}
