using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

/// <summary>Whatever happened to a tokenizer's file: it is read and tokenizes, or is refused with a line.</summary>
public sealed class TokenizerFuzzTests : IDisposable
{
    private const int Trials = 150;

    private readonly TinyVocabulary _vocabulary = new("t h", "th e</w>", "i n", "in g</w>");

    public void Dispose() => _vocabulary.Dispose();

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("tokenizer.json")]
    public void A_mutated_file_is_read_or_refused(string name)
    {
        if (name == "tokenizer.json")
        {
            _vocabulary.WriteWhole(asArrays: true, _vocabulary.Merges);
            _vocabulary.Delete("vocab.json");
            _vocabulary.Delete("merges.txt");
        }
        var file = Path.Combine(_vocabulary.Folder, name);
        Mutations.Check(File.ReadAllBytes(file), Trials, bytes =>
        {
            File.WriteAllBytes(file, bytes);
            Survives();
        });
    }

    [Theory]
    [InlineData("vocab.json", "{\"\\ud800\":0}")]
    [InlineData("vocab.json", "{\"a\":1e999}")]
    [InlineData("vocab.json", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    [InlineData("vocab.json", "")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{},\"merges\":[\"\\ud800 a\"]}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"vocab\":{\"\\udfff\":0},\"merges\":[[\"\\ud800\",\"a\"]]}}")]
    [InlineData("tokenizer.json", "{\"model\":{\"\\ud800\":{}}}")]
    [InlineData("tokenizer.json",
        "{\"added_tokens\":[{\"content\":\"\\ud800\",\"id\":0}],\"model\":{\"vocab\":{},\"merges\":[]}}")]
    public void A_hostile_file_is_refused(string name, string content)
    {
        if (name == "tokenizer.json")
        {
            _vocabulary.Delete("vocab.json");
            _vocabulary.Delete("merges.txt");
        }
        _vocabulary.Write(name, content);

        Survives();
    }

    private void Survives()
    {
        try
        {
            Tokenizer.Load(_vocabulary.Folder).Encode("the thing 猫 \ud800");
        }
        catch (ModelException error)
        {
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
