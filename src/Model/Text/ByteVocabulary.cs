using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcMgc.Model.Text;

/// <summary>A byte-level vocabulary laid out as CLIP's: bytes, bytes at a word's end, what merges yield, start, end.</summary>
internal static class ByteVocabulary
{
    public static void Write(string folder, IReadOnlyList<Merge> merges)
    {
        Directory.CreateDirectory(folder);
        using (var file = File.Create(Path.Combine(folder, "vocab.json")))
        using (var json = new Utf8JsonWriter(file, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (id, token) in Tokens(merges).Index())
                json.WriteNumber(token, id);
            json.WriteEndObject();
        }
        File.WriteAllText(Path.Combine(folder, "merges.txt"),
            $"#version: 0.2\n{string.Concat(merges.Select(merge => $"{merge.Left} {merge.Right}\n"))}");
    }

    private static IEnumerable<string> Tokens(IReadOnlyList<Merge> merges)
    {
        var symbols = ByteSymbols.VocabularyOrder.Select(value => ByteSymbols.Symbol(value).ToString()).ToList();
        var merged = merges.Select(merge => merge.Left + merge.Right).Distinct(StringComparer.Ordinal);
        return [.. symbols, .. symbols.Select(symbol => symbol + Vocabulary.WordEnd), .. merged, Vocabulary.Start,
            Vocabulary.End];
    }
}
