using TcMgc.Model.Compute;

namespace TcMgc.Model.Tests;

public sealed class TextEncodingTests
{
    private const float Tolerance = 1e-5f;
    private static readonly string[] s_texts = ["a red ant", "dog", "blue seas"];

    [Fact]
    public void A_head_that_reads_no_words_has_the_same_sentence_and_no_padding()
    {
        using TinyModel tinySentences = new("clip4clip-mean-pooling"), tinyWords = new("tcmgc");         // of the same encoders
        using VideoTextModel sentences = Exact(tinySentences), words = Exact(tinyWords);

        foreach (var text in s_texts)
        {
            TextFeatures cut = sentences.EncodeText(text), whole = words.EncodeText(text);
            var present = cut.Tokens.Count * sentences.Width;

            Close(whole.Sentence, cut.Sentence);
            Close(whole.Words[..present], cut.Words[..present]);
            Assert.Equal(whole.Words.Length, cut.Words.Length);
            Assert.All(cut.Words[present..], value => Assert.Equal(0, value));
            Assert.Contains(whole.Words[present..], value => value != 0);
        }
    }

    [Theory]
    [InlineData("clip4clip-mean-pooling")]
    [InlineData("tcmgc")]
    public void A_text_is_the_same_alone_and_among_longer_ones(string head)
    {
        using var tiny = new TinyModel(head);
        using var model = Exact(tiny);
        var d = model.Width;

        var together = model.EncodeTexts(s_texts, default);

        for (var i = 0; i < s_texts.Length; i++)
        {
            var alone = model.EncodeText(s_texts[i]);
            Close(alone.Sentence, together.Sentences[(i * d)..((i + 1) * d)]);
            Close(alone.Query, together.Queries[(i * d)..((i + 1) * d)]);
        }
    }

    private static VideoTextModel Exact(TinyModel tiny) => tiny.Folder.Load(new() { Threads = 1, Precision = Precision.Float32 });

    private static void Close(float[] expected, float[] actual) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
}
