using System.Text.Json;
using TcMgc.Model.Text;

namespace TcMgc.Cli.Tests;

public sealed class TokenizeCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-tokenize-").FullName;

    public TokenizeCommandTests() => Tokenizer.WriteByteVocabulary(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_text_prints_its_ids()
    {
        var (status, output, _) = await CommandRun.Of("tokenize", "--vocab", _folder, "ab");

        Assert.Equal((0, "512 64 321 513\n"), (status, output));
    }

    [Fact]
    public async Task Json_has_text_and_ids()
    {
        var (status, output, _) = await CommandRun.Of("tokenize", "--vocab", _folder, "--json", "né");

        using var json = JsonDocument.Parse(output);
        Assert.Equal(0, status);
        Assert.Equal("né", json.RootElement.GetProperty("text").GetString());
        Assert.Equal(512, json.RootElement.GetProperty("ids")[0].GetInt32());
    }

    [Fact]
    public async Task A_file_prints_one_line_for_each_of_its_lines()
    {
        var file = Path.Combine(_folder, "texts");
        await File.WriteAllTextAsync(file, "a\n\nb\n");

        var (status, output, _) = await CommandRun.Of("tokenize", "--vocab", _folder, "--file", file, "--json");

        Assert.Equal(0, status);
        Assert.Equal(["a", "", "b"], output.TrimEnd('\n').Split('\n')
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()));
    }

    [Theory]
    [InlineData(2, "Give either a text or --file")]
    [InlineData(2, "Give either a text or --file", "a text", "--file", "also")]
    [InlineData(1, "none-here: cannot be read", "--file", "none-here")]
    public async Task Wrong_usage_is_reported_in_one_line(int expected, string reason, params string[] arguments)
    {
        var (status, _, errors) = await CommandRun.Of(["tokenize", "--vocab", _folder, .. arguments]);

        Assert.Equal(expected, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task A_folder_without_vocabulary_is_reported_in_one_line()
    {
        var (status, _, errors) = await CommandRun.Of("tokenize", "--vocab", Path.Combine(_folder, "none"), "text");

        Assert.Equal(1, status);
        Assert.StartsWith("tcmgc: ", errors, StringComparison.Ordinal);
        Assert.Contains("no such folder", errors, StringComparison.Ordinal);
    }
}
