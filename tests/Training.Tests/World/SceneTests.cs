using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Training.Datasets;
using TcMgc.Training.World;

namespace TcMgc.Training.Tests.World;

public sealed class SceneTests
{
    private static readonly Arbitrary<(int Seed, Split Split, int Number)> s_videos =
        (from seed in Gen.Choose(1, 50)
         from split in Gen.Elements(Split.Train, Split.Validation, Split.Test)
         from number in Gen.Choose(0, 400)
         select (seed, split, number)).ToArbitrary();

    [Property]
    public Property Every_caption_is_true_of_its_video() => Prop.ForAll(s_videos, which =>
    {
        var video = new SyntheticDataset(which.Seed).Video(which.Split, which.Number);
        return video.Captions.All(caption => caption.Meaning.IsTrueOf(video.Scene));
    });

    [Property]
    public Property Captions_are_lower_case_and_no_longer_than_22_words() => Prop.ForAll(s_videos, which =>
        new SyntheticDataset(which.Seed).Video(which.Split, which.Number).Captions.All(caption =>
            caption.Text.All(c => char.IsAsciiLetterLower(c) || c is ' ' or ',') && caption.Text.Split(' ').Length <= 22));

    [Fact]
    public void The_whole_language_is_a_few_hundred_words()
    {
        var words = Enumerable.Range(0, 2000).SelectMany(number => new SyntheticDataset(1).Video(Split.Train, number).Captions)
            .SelectMany(caption => caption.Text.Replace(",", "", StringComparison.Ordinal).Split(' '))
            .Distinct(StringComparer.Ordinal).ToList();

        Assert.InRange(words.Count, 80, 250);
    }

    [Fact]
    public void Training_never_shows_a_held_out_combination_and_tests_do()
    {
        var world = new SyntheticDataset(3);

        Assert.DoesNotContain(Enumerable.Range(0, 2000), number => HeldOut.Occurs(world.Video(Split.Train, number).Scene));
        Assert.InRange(Enumerable.Range(0, 300).Count(number => HeldOut.Occurs(world.Video(Split.Test, number).Scene)), 75, 300);
    }

    [Fact]
    public void A_primer_shows_one_object_at_rest_with_true_captions()
    {
        var videos = Enumerable.Range(0, 300).Select(number => new SyntheticDataset(1, primer: true).Video(Split.Train, number))
            .ToList();

        Assert.All(videos, video =>
        {
            Assert.Single(video.Scene.Objects);
            Assert.Empty(video.Scene.Events);
            Assert.False(HeldOut.Occurs(video.Scene));
            Assert.All(video.Captions, caption => Assert.True(caption.Meaning.IsTrueOf(video.Scene)));
        });
    }

    [Fact]
    public void A_video_depends_on_the_seed()
    {
        var (one, same, other) =
            (new SyntheticDataset(1).Video(Split.Test, 5), new SyntheticDataset(1).Video(Split.Test, 5), new SyntheticDataset(
                2).Video(Split.Test, 5));

        Assert.Equal(one.Captions[0].Text, same.Captions[0].Text);
        Assert.Equal(Painted(one.Scene, 2.5), Painted(same.Scene, 2.5));
        Assert.NotEqual(Painted(one.Scene, 2.5), Painted(other.Scene, 2.5));
    }

    [Property]
    public Property Backwards_a_video_has_the_same_frames_in_the_opposite_order() => Prop.ForAll(s_videos, which =>
    {
        var scene = new SyntheticDataset(which.Seed).Video(which.Split, which.Number).Scene;
        var reversed = scene.Reversed();
        return Enumerable.Range(0, scene.Seconds).All(second =>
            Painted(scene, second).AsSpan().SequenceEqual(Painted(reversed, scene.Seconds - 1 - second)));
    });

    [Fact]
    public void Every_fourth_test_video_is_the_one_before_it_backwards_and_neither_caption_fits_the_other()
    {
        var world = new SyntheticDataset(1);
        foreach (var number in Enumerable.Range(0, 50).Select(i => (4 * i) + 3))
        {
            var (video, twin) = (world.Video(Split.Test, number), world.Video(Split.Test, number - 1));

            Assert.Equal(twin.Scene.Objects.Count, video.Scene.Objects.Count);
            Assert.False(video.Captions[0].Meaning.IsTrueOf(twin.Scene), video.Captions[0].Text);
            Assert.False(twin.Captions[0].Meaning.IsTrueOf(video.Scene), twin.Captions[0].Text);
        }
    }

    [Fact]
    public void A_reversed_order_is_false()
    {
        var circle = new WorldObject(ObjectShape.Circle, ObjectColour.Red, ObjectSize.Small, ObjectTexture.Plain, 0.2, 0.2);
        var square = circle with { Shape = ObjectShape.Square, Colour = ObjectColour.Blue, X = 0.8 };
        var scene = new Scene(7, Background.Plain, 0.5, new(0, 0, 1), [circle, square],
            [new(0, EventKind.Falls, 0.4, 3, circle.Colour, circle.Colour),
                new(1, EventKind.Grows, 3, 5.6, square.Colour, square.Colour)], []);
        Happens falls = new(new(ObjectColour.Red, ObjectShape.Circle, null, null), EventKind.Falls, null),
            grows = new(new(ObjectColour.Blue, ObjectShape.Square, null, null), EventKind.Grows, null);

        Assert.True(new Sequence(falls, grows).IsTrueOf(scene));
        Assert.False(new Sequence(grows, falls).IsTrueOf(scene));
        Assert.True(new Beside(falls.Who, Relation.LeftOf, grows.Who).IsTrueOf(scene));
        Assert.False(new Beside(falls.Who, Relation.RightOf, grows.Who).IsTrueOf(scene));
        Assert.False(falls.IsTrueOf(scene.Reversed()));
    }

    [Theory]
    [InlineData(ObjectColour.Red, 220, 40, 40)]
    [InlineData(ObjectColour.Blue, 45, 85, 225)]
    [InlineData(ObjectColour.White, 245, 245, 245)]
    public void An_object_is_painted_where_it_is_in_its_colour(object colour, int r, int g, int b)
    {
        var thing = new WorldObject(ObjectShape.Circle, (ObjectColour)colour, ObjectSize.Large, ObjectTexture.Plain, 0.25, 0.75);
        var pixels = Painted(new(6, Background.Plain, 0.5, new(0, 0, 1), [thing], [], []), 1);

        Assert.Equal([(byte)r, (byte)g, (byte)b], pixels.AsSpan(((48 * 64) + 16) * 3, 3).ToArray());
        Assert.Equal([127, 127, 127], pixels.AsSpan(((16 * 64) + 48) * 3, 3).ToArray());
    }

    [Fact]
    public void A_caption_that_fits_two_videos_halves_what_can_be_found()
    {
        var video = new SyntheticDataset(1).Video(Split.Test, 0);
        var other = new SyntheticDataset(1).Video(Split.Test, 1);

        Assert.Equal(100, Ceiling.Of([video, other]).RecallAt1);
        Assert.Equal(50, Ceiling.Of([video, video with { Id = "again" }]).RecallAt1);
    }

    private static byte[] Painted(Scene scene, double time)
    {
        var pixels = new byte[64 * 64 * 3];
        new Painter(scene, 64).Paint(time, pixels);
        return pixels;
    }
}
