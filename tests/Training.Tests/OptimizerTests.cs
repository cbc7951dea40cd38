using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Model.Compute;
using TcMgc.Model.Native;
using TcMgc.Training.Datasets;
using TorchSharp;
using TorchSharp.Modules;
using AdamW = TcMgc.Training.AdamW;

namespace TcMgc.Training.Tests;

public sealed class OptimizerTests
{
    [Fact]
    public void AdamW_follows_its_equations()
    {
        LibTorch.Load();
        var options = new TrainingOptions { Beta1 = 0.9, Beta2 = 0.98, WeightDecay = 0.2 };
        double[] w = [.. Enumerable.Range(0, 18).Select(i => 0.1 * i)], m = new double[w.Length], v = new double[w.Length];
        using var parameter = new Parameter(torch.tensor(Array.ConvertAll(w, x => (float)x), [2, 9]));
        using var adam = new AdamW(options, [parameter]);
        using var mode = torch.no_grad();
        for (var step = 1; step <= 4; step++)
        {
            double[] gradient = [.. Enumerable.Range(0, w.Length).Select(i => Math.Sin(i + step))];
            parameter.grad = torch.tensor(Array.ConvertAll(gradient, x => (float)x), [2, 9]);
            adam.Move(parameter, adam.Moments[0], rate: 0.01, step);
            for (var i = 0; i < w.Length; i++)
            {
                (m[i], v[i]) = ((0.9 * m[i]) + (0.1 * gradient[i]), (0.98 * v[i]) + (0.02 * gradient[i] * gradient[i]));
                w[i] = (w[i] * (1 - (0.01 * 0.2))) - (0.01 * m[i] / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(
                    v[i] / (1 - Math.Pow(0.98, step))) + 1e-6));
            }
        }
        Assert.All(w.Zip(parameter.Floats()), pair => Assert.Equal(pair.First, pair.Second, 5));
    }

    [Fact]
    public void Vectors_do_not_decay_and_parameters_without_gradient_stay()
    {
        LibTorch.Load();
        using var vector = new Parameter(torch.ones(3));
        using var matrix = new Parameter(torch.ones(3, 1));
        using var untouched = new Parameter(torch.ones(3, 1));
        using var adam = new AdamW(new() { WeightDecay = 0.5 }, [vector, matrix, untouched]);
        using var mode = torch.no_grad();
        (vector.grad, matrix.grad) = (torch.zeros(3), torch.zeros(3, 1));

        foreach (var (parameter, moments) in new[] { vector, matrix, untouched }.Zip(adam.Moments))
            adam.Move(parameter, moments, rate: 0.1, step: 1);

        Assert.All(vector.Floats(), x => Assert.Equal(1, x));
        Assert.All(matrix.Floats(), x => Assert.Equal(0.95, x, 5));
        Assert.All(untouched.Floats(), x => Assert.Equal(1, x));
    }

    [Fact]
    public void The_rate_rises_to_its_peak_and_falls_to_zero()
    {
        double[] factors = [.. Enumerable.Range(0, 100).Select(step => LearningRate.Factor(step, 100, 0.1))];

        Assert.True(factors[..9].Zip(factors[1..10]).All(pair => pair.First < pair.Second));
        Assert.True(factors[10..^1].Zip(factors[11..]).All(pair => pair.First > pair.Second));
        Assert.Equal(1, factors.Max(), 2);
        Assert.Equal(0, factors[^1], 6);
    }

    [Property]
    public Property A_batch_has_no_video_twice_and_an_epoch_no_pair_twice() => Prop.ForAll(
        Gen.Choose(1, 9).ListOf(20).ToArbitrary(), Gen.Choose(2, 8).ToArbitrary(), (captions, size) =>
        {
            TrainingPair[] pairs = [
                .. captions.Index().SelectMany(v => Enumerable.Range(0, v.Item), (v, c) => new TrainingPair(v.Index, $"{c}"))];
            var batches = PairOrder.Batches(pairs, size, 1, new Random(1));
            return batches.All(batch => batch.Length == size && batch.Select(i => pairs[i].Video).Distinct().Count() == size)
                && batches.SelectMany(batch => batch).Distinct().Count() == batches.Count * size;
        });

    [Property]
    public Property A_batch_of_several_captions_has_every_video_once_in_each_round() => Prop.ForAll(
        Gen.Choose(1, 9).ListOf(20).ToArbitrary(), Gen.Choose(2, 8).ToArbitrary(), Gen.Choose(1, 4).ToArbitrary(),
        (captions, videos, rounds) =>
        {
            TrainingPair[] pairs = [
                .. captions.Index().SelectMany(v => Enumerable.Range(0, v.Item), (v, c) => new TrainingPair(v.Index, $"{c}"))];
            return PairOrder.Batches(pairs, videos, rounds, new Random(1)).All(batch =>
            {
                var shown = batch.Select(i => pairs[i].Video).Chunk(videos).ToList();
                return shown.Count == rounds && shown.TrueForAll(round => round.SequenceEqual(shown[0]))
                    && shown[0].Distinct().Count() == videos;
            });
        });

    [Fact]
    public void An_epoch_leaves_out_less_than_a_batch_where_every_video_has_as_many_captions()
    {
        TrainingPair[] pairs = [.. Enumerable.Range(0, 200).Select(i => new TrainingPair(i / 4, ""))];

        Assert.True(PairOrder.Batches(pairs, 16, 1, new Random(1)).Count >= 11);
    }

    [Theory]
    [InlineData(3, new[] { 0, 1, 2 })]
    [InlineData(4, new[] { 0, 1, 2, 3 })]
    [InlineData(10, new[] { 0, 3, 6, 9 })]
    public void Frames_are_spaced_evenly_from_the_first_to_the_last(int count, int[] expected)
    {
        var chosen = new int[4];
        Assert.Equal(expected, chosen[..FrameSampling.Uniform(count, chosen)]);
    }

    [Property]
    public Property Frames_drawn_at_random_rise_and_come_one_from_each_stretch() =>
        Prop.ForAll(Gen.Choose(5, 60).ToArbitrary(), Gen.Choose(1, 999).ToArbitrary(), (count, seed) =>
    {
        var chosen = new int[5];
        FrameSampling.Random(count, chosen, new Random(seed));
        return chosen.Index().All(c => c.Item >= c.Index * count / 5 && c.Item < (c.Index + 1) * count / 5);
    });

    [Fact]
    public void A_shifted_picture_moves_and_its_edges_are_extended()
    {
        byte[] frame = [.. Enumerable.Range(0, 3 * 3 * 3).Select(i => (byte)(i / 3))], moved = new byte[27];

        FrameShift.Copy(frame, moved, 3, right: 1, down: -1);

        Assert.Equal([3, 3, 4, 6, 6, 7, 6, 6, 7], moved.Chunk(3).Select(pixel => (int)pixel[0]));
        Assert.All(moved.Chunk(3), pixel => Assert.Single(pixel.Distinct()));
    }
}
