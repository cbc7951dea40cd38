using Microsoft.ML.Tokenizers;

namespace TcMgc.Model.Tests.Text;

/// <summary>Why the tokenizer is ours. Where this fails, Microsoft.ML.Tokenizers has changed: look at it again.</summary>
public sealed class PackagedTokenizerTests : IDisposable
{
    private readonly TinyVocabulary _vocabulary = new("c a", "ca t</w>", "a t</w>");

    public void Dispose() => _vocabulary.Dispose();

    [Fact]
    public void The_package_ends_a_word_between_letters_beyond_the_basic_plane_and_others()
    {
        var (ours, package) = (_vocabulary.Load(), Package());

        Assert.Equal(ours.Encode("cat at night!").Skip(1).SkipLast(1), package.EncodeToIds("cat at night!"));
        // Its pattern sees UTF-16 code units, so that the first letter of a Japanese restaurant is a word by itself.
        var ended = _vocabulary.Ids["·</w>"];
        Assert.DoesNotContain(ended, ours.Encode("𠮷野家 at night"));
        Assert.Contains(ended, package.EncodeToIds("𠮷野家 at night"));
    }

    private BpeTokenizer Package() => BpeTokenizer.Create(new BpeOptions(_vocabulary.Ids)
    {
        Merges = _vocabulary.Merges,
        ByteLevel = true,
        EndOfWordSuffix = "</w>",
        PreTokenizer = new RegexPreTokenizer(new(@"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"), null),
    });
}
