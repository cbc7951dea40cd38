using System.Text.Json;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

public sealed class GoldenTokensTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-golden-tokens-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed record Golden(string Text, int[] Ids);

    [SharedTheory]
    [InlineData("vocab.json", "merges.txt")]
    [InlineData("tokenizer.json")]
    [InlineData("vocab.json", "merges.txt", "tokenizer.json")]
    public void Every_golden_text_has_its_ids(params string[] files)
    {
        foreach (var file in files)
            File.Copy(SharedFolder.Path("clip-tokenizer", file), Path.Combine(_folder, file));
        var tokenizer = Tokenizer.Load(_folder);
        var lines = File.ReadAllLines(SharedFolder.Path("clip-tokenizer", "golden_tokens.jsonl"));

        Assert.Equal((49408, 49406, 49407), (tokenizer.VocabularySize, tokenizer.StartToken, tokenizer.EndToken));
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            var golden = JsonSerializer.Deserialize<Golden>(line, JsonSerializerOptions.Web)!;
            Assert.Equal(golden.Ids, tokenizer.Encode(golden.Text));
        });
    }
}
