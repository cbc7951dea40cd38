using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

public sealed class VocabularyReaderTests : IDisposable
{
    private readonly TinyVocabulary _vocabulary = new("t h", "th e</w>");

    public void Dispose() => _vocabulary.Dispose();

    private string Error() => Assert.Throws<ModelException>(() => Tokenizer.Load(_vocabulary.Folder)).Message;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Tokenizer_json_alone_gives_the_same_ids(bool asArrays)
    {
        var expected = _vocabulary.Load().Encode("the thing");
        _vocabulary.WriteWhole(asArrays, _vocabulary.Merges);
        Assert.Equal(expected, _vocabulary.Load().Encode("the thing"));

        _vocabulary.Delete("vocab.json");
        _vocabulary.Delete("merges.txt");

        Assert.Equal(expected, _vocabulary.Load().Encode("the thing"));
    }

    [Fact]
    public void Both_layouts_must_agree()
    {
        _vocabulary.WriteWhole(asArrays: true, _vocabulary.Merges[..1]);

        Assert.Contains("disagree", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var error = Assert.Throws<ModelException>(() => Tokenizer.Load(Path.Combine(_vocabulary.Folder, "none")));

        Assert.Contains("no such folder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_says_what_it_takes()
    {
        _vocabulary.Delete("vocab.json");
        Assert.Contains("vocab.json is missing beside merges.txt", Error(), StringComparison.Ordinal);

        _vocabulary.Delete("merges.txt");
        Assert.Contains("it takes vocab.json and merges.txt, or tokenizer.json", Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("{\"a\":0,", "not valid JSON")]
    [InlineData("[1]", "not an object")]
    [InlineData("{\"a\":\"0\"}", "not a whole number")]
    [InlineData("{\"a\":0.5}", "not a whole number")]
    [InlineData("{\"a\":0,\"a\":1}", "there twice")]
    [InlineData("{\"a\":0,\"b\":0}", "each once")]
    [InlineData("{\"a\":-1}", "each once")]
    [InlineData("{\"a\":2000000000}", "each once")]
    [InlineData("{\"a\":0}", "is missing")]
    [InlineData("{\"\\ud800\":0}", "is no Unicode")]
    [InlineData("{\"a\":0,\"\\udc00\\ud800\":1}", "is no Unicode")]
    [InlineData("{\"a\\n\":0,\"a\\n\":1}", "'a?' is there twice")]
    public void A_corrupt_vocab_json_is_refused_in_one_line(string content, string reason)
    {
        _vocabulary.Write("vocab.json", content);

        Assert.Contains(reason, Error(), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', Error());
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":5}}")]
    [InlineData("{\"model\":{\"vocab\":5,\"merges\":[]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[5]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[[1,2]]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[]},\"added_tokens\":[{}]}")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[{\"content\":\"a\",\"id\":1}]}")]
    [InlineData("{\"\\ud800\":0,\"model\":{\"vocab\":{},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"vocab\":{\"\\ud800\":0},\"merges\":[]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[\"\\ud800 a\"]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[[\"a\",\"\\ud800\"]]}}")]
    [InlineData("{\"model\":{\"vocab\":{},\"merges\":[]},\"added_tokens\":[{\"content\":\"\\ud800\",\"id\":0}]}")]
    public void A_corrupt_tokenizer_json_is_refused(string content)
    {
        _vocabulary.Delete("vocab.json");
        _vocabulary.Delete("merges.txt");
        _vocabulary.Write("tokenizer.json", content);

        Assert.Contains("tokenizer.json", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused()
    {
        File.WriteAllBytes(Path.Combine(_vocabulary.Folder, "vocab.json"), [.. "{\""u8, 0xED, 0xA0, 0x80, .. "\":0}"u8]);

        Assert.Contains("is no Unicode", Error(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_mark_that_editors_put_before_a_text_is_passed_over()
    {
        var expected = _vocabulary.Load().Encode("the thing");
        foreach (var name in new[] { "vocab.json", "merges.txt" })
            _vocabulary.Write(name, "\uFEFF" + _vocabulary.Read(name));

        Assert.Equal(expected, _vocabulary.Load().Encode("the thing"));
    }

    [Fact]
    public void A_file_of_any_size_is_not_read()
    {
        using (var file = File.OpenWrite(Path.Combine(_vocabulary.Folder, "merges.txt")))
            file.SetLength((64 << 20) + 1);

        Assert.Contains("more than a CLIP vocabulary can have", Error(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t h e\n", "line 1 is not two tokens")]
    [InlineData("#version: 0.2\nt h\nth\n", "line 3 is not two tokens")]
    [InlineData("x y\n", "the vocabulary and the merges disagree: merge 1, 'x y'")]
    public void Corrupt_merges_are_refused_with_their_place(string content, string reason)
    {
        _vocabulary.Write("merges.txt", content);

        Assert.Contains(reason, Error(), StringComparison.Ordinal);
    }
}
