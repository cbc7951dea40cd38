using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

public sealed class TokenizerTests : IDisposable
{
    private readonly TinyVocabulary _vocabulary = new("t h", "th e</w>", "i n", "in g</w>", "c a", "ca t</w>", "a t</w>");

    public void Dispose() => _vocabulary.Dispose();

    [Theory]
    [InlineData("the cat", "the</w> cat</w>")]
    [InlineData("THE  \t Cat\n", "the</w> cat</w>")]
    [InlineData("then", "th e n</w>")]
    [InlineData("thing", "th ing</w>")]
    [InlineData("cats", "ca t s</w>")]
    [InlineData("at", "at</w>")]
    [InlineData("it's", "i t</w> ' s</w>")]
    [InlineData("they'll", "th e y</w> ' l l</w>")]
    [InlineData("a!?b", "a</w> ! ?</w> b</w>")]
    [InlineData("x42", "x</w> 4</w> 2</w>")]
    [InlineData("cat&amp;the", "cat</w> &</w> the</w>")]
    [InlineData("&amp;lt;", "<</w>")]
    [InlineData("é", "Ã ©</w>")]
    [InlineData("E\u0301", "Ã ©</w>")]
    [InlineData("\U00020BB7a!", "ð ł ® · a</w> !</w>")]
    [InlineData("", "")]
    [InlineData(" \r\n", "")]
    public void Merges_apply_by_rank_within_words(string text, string pieces) => Assert.Equal(pieces, _vocabulary.Pieces(text));

    [Fact]
    public void A_pair_merges_at_every_place_before_a_pair_of_lower_rank_that_it_makes()
    {
        // "a bc" merges at its two places, though the first makes "abc a", which ranks before it.
        using var vocabulary = new TinyVocabulary("b c", "b c</w>", "abc a", "a bc", "a bc</w>");

        Assert.Equal("abc abca bc</w>", vocabulary.Pieces("abcabcabc"));
    }

    [Fact]
    public void Equal_neighbours_merge_from_the_left()
    {
        using var vocabulary = new TinyVocabulary("a a", "aa aa");

        Assert.Equal("aaaa aa a</w>", vocabulary.Pieces("aaaaaaa"));
    }

    [Fact]
    public void Markers_written_in_a_text_are_the_tokens_themselves()
    {
        var tokenizer = _vocabulary.Load();

        Assert.Equal([tokenizer.StartToken, tokenizer.EndToken, tokenizer.StartToken, tokenizer.EndToken],
            tokenizer.Encode("<|endoftext|><|StartOfText|>"));
    }

    [Fact]
    public void The_byte_vocabulary_has_514_tokens_and_ends_with_the_end_token()
    {
        using var vocabulary = new TinyVocabulary();
        var tokenizer = vocabulary.Load();

        Assert.Equal((514, 512, 513), (tokenizer.VocabularySize, tokenizer.StartToken, tokenizer.EndToken));
        Assert.Equal([512, 'a' - '!', 'b' - '!' + 256, 513], tokenizer.Encode("ab"));
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("the", 4)]
    [InlineData("the cat at", 4)]
    [InlineData("the cat at the cat", 4)]
    [InlineData("zzzzzzzzzzzzzzz", 4)]
    [InlineData("the <|endoftext|> <|endoftext|>", 3)]
    [InlineData("the", 2)]
    public void A_models_input_is_padded_with_zeros_or_cut_before_the_end_token(string text, int words)
    {
        var tokenizer = _vocabulary.Load();
        var ids = Enumerable.Repeat(-1L, words).ToArray();

        var count = tokenizer.Encode(text, ids);

        var all = tokenizer.Encode(text).Select(id => (long)id).ToArray();
        long[] expected = all.Length <= words ? [.. all, .. new long[words - all.Length]]
            : [.. all[..(words - 1)], tokenizer.EndToken];
        Assert.Equal(expected, ids);
        Assert.Equal(Math.Min(words, all.Length), count);
    }

    [Fact]
    public void Any_string_has_tokens_between_start_and_end()
    {
        var tokenizer = _vocabulary.Load();
        Prop.ForAll<string?>(text =>
        {
            var ids = tokenizer.Encode(text ?? "");
            return ids.Count >= 2 && ids[0] == tokenizer.StartToken && ids[^1] == tokenizer.EndToken
                && ids.All(id => id >= 0 && id < tokenizer.VocabularySize);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Lone_surrogates_and_control_characters_have_tokens()
    {
        var tokenizer = _vocabulary.Load();
        var units = Gen.Choose(0, 0xFFFF).Select(unit => (char)unit).ArrayOf().Select(characters => new string(characters));
        Prop.ForAll(Arb.From(units), text => tokenizer.Encode(text)[^1] == tokenizer.EndToken).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Decoding_gives_back_ascii_words()
    {
        var tokenizer = _vocabulary.Load();
        var word = Gen.Choose('a', 'z').Select(letter => (char)letter).NonEmptyListOf().Select(letters => string.Concat(letters));
        var words = word.ArrayOf().Select(parts => string.Join(' ', parts));
        Prop.ForAll(Arb.From(words), text => tokenizer.Decode(tokenizer.Encode(text)) == text).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void White_space_around_and_between_words_changes_nothing()
    {
        var tokenizer = _vocabulary.Load();
        Prop.ForAll<NonNull<string>>(
            text => tokenizer.Encode($" \u00a0{text.Get.Replace(" ", "\t\u2003 ", StringComparison.Ordinal)}\n")
            .SequenceEqual(tokenizer.Encode(text.Get))).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Megabytes_without_a_space_and_many_words_take_bounded_work()
    {
        var tokenizer = _vocabulary.Load();
        var clock = Stopwatch.StartNew();

        Assert.Equal(2_000_002, tokenizer.Encode(new string('z', 2_000_000)).Count);
        Assert.Equal(1_000_001, tokenizer.Encode(string.Concat(Enumerable.Repeat("the", 500_000))).Count);
        Assert.Equal(10_002, tokenizer.Encode(string.Join(' ', Enumerable.Repeat("cat", 10_000))).Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"took {clock.Elapsed}; quadratic work would take hours");
    }

    [Fact]
    public void The_cache_of_words_is_bounded()
    {
        var vocabulary = VocabularyReader.Read(_vocabulary.Folder);
        var cache = new WordCache(vocabulary);

        for (var number = 0; number < 40_000; number++)
            cache.Tokens($"w{number}");

        Assert.InRange(cache.Count, 1, 1 << 14);
        Assert.Equal(BytePairMerger.Encode("w39999", vocabulary), cache.Tokens("w39999"));
    }
}
