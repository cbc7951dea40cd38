using System.Diagnostics;
using TcMgc.Shared;
using TcMgc.Shared.Vectors;
using TcMgc.Stores;

namespace TcMgc.Cli.Benchmarks;

/// <summary>How fast the exact scan reads the index, beside memory that is only copied.</summary>
/// <param name="Milliseconds">The nearest segments of one query, while nothing else is asked: the median.</param>
/// <param name="Megabytes">What a query reads.</param>
/// <param name="CopyGigabytesPerSecond">What all cores together copy; a byte counts twice, as it is read and written.</param>
internal sealed record ScanSpeed(double Milliseconds, double Megabytes, double CopyGigabytesPerSecond)
{
    private const int Rounds = 15, CopiedBytes = 1 << 26, CopiedAtATime = 1 << 20;

    /// <summary>What the scan reads in a second.</summary>
    public double GigabytesPerSecond => Megabytes / Milliseconds;

    /// <summary>The scan beside the copy.</summary>
    public double Ratio => GigabytesPerSecond / CopyGigabytesPerSecond;

    /// <summary>Asks an index for the segments nearest to queries, one after the other.</summary>
    /// <param name="index">The embedded index.</param>
    /// <param name="segments">How many it holds.</param>
    /// <param name="candidates">How many each query asks for.</param>
    /// <param name="queries">Unit vectors; used in turn.</param>
    /// <param name="cancel">Stops between scans.</param>
    public static async Task<ScanSpeed> OfAsync(IVectorIndex index, int segments, int candidates,
        IReadOnlyList<float[]> queries, CancellationToken cancel)
    {
        var scans = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await index.NearestAsync(
                CollectionId.Default, VectorSpace.Text, queries[round % queries.Count], candidates, cancel);
            scans[round] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        var each = DataFolder.BytesScanned(queries[0].Length);
        return new(Percentiles.Of(scans).P50, (double)segments * each / 1e6, Copy());
    }

    /// <summary>Gigabytes in a second, more than caches hold; the median.</summary>
    private static double Copy()
    {
        var (source, target) = (new byte[CopiedBytes], new byte[CopiedBytes]);
        new Random(1).NextBytes(source); // Pages that were never written are all the same one.
        var seconds = new double[Rounds];
        for (var round = 0; round < Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            Parallel.For(0, CopiedBytes / CopiedAtATime, part =>
                source.AsSpan(part * CopiedAtATime, CopiedAtATime).CopyTo(target.AsSpan(part * CopiedAtATime)));
            seconds[round] = Stopwatch.GetElapsedTime(started).TotalSeconds;
        }
        return 2.0 * CopiedBytes / Percentiles.Of(seconds).P50 / 1e9;
    }
}
