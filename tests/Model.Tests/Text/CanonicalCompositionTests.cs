using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("cafe\u0301", "caf\u00e9")]
    [InlineData("a\u0323\u0302", "\u1ead")]
    [InlineData("a\u0302\u0323", "\u1ead")]
    [InlineData("\u1ea1\u0302", "\u1ead")]
    [InlineData("\u212b", "\u00c5")]
    [InlineData("\u0958", "\u0915\u093c")]
    [InlineData("\u1100\u1161\u11a8", "\uac01")]
    [InlineData("\uac00\u11a8", "\uac01")]
    [InlineData("e\u0327\u0327\u0301", "\u0229\u0327\u0301")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("\ud834\udd5e", "\ud834\udd57\ud834\udd65")]
    [InlineData("\u09c7\u0301\u09be", "\u09c7\u0301\u09be")]
    public void Texts_are_composed(string text, string expected) => Assert.Equal(expected, CanonicalComposition.Compose(text));

    /// <summary>Why the tables are ours. Where this fails, the runtime composes without ICU, and they can go.</summary>
    [Fact]
    public void The_runtimes_own_composition_does_nothing_here() =>
        Assert.Equal("e\u0301", "e\u0301".Normalize(NormalizationForm.FormC));

    [Property]
    public Property Composing_twice_changes_nothing() => Prop.ForAll(Arb.From(Texts()), text =>
        CanonicalComposition.Compose(CanonicalComposition.Compose(text)) == CanonicalComposition.Compose(text));

    [Fact]
    public void A_million_marks_on_one_letter_are_put_in_order()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 500_000));

        Assert.StartsWith("\u1eb9\u0323\u0323", CanonicalComposition.Compose("e" + marks), StringComparison.Ordinal);
    }

    private static Gen<string> Texts() =>
        Gen.OneOf(Gen.Choose('a', 'f'), Gen.Choose(0xC0, 0xFF), Gen.Choose(0x300, 0x345), Gen.Choose(0x1100, 0x11FF),
            Gen.Choose(0x1E00, 0x1EFF))
        .Select(unit => (char)unit).ArrayOf().Select(units => new string(units));
}
