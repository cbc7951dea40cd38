using System.Text.Encodings.Web;
using System.Text.Json;

namespace TcMgc.Model.Text;

/// <summary>The vocabulary of plain bytes, laid out as CLIP's: bytes, bytes at a word's end, start, end.</summary>
internal static class ByteVocabulary
{
    public static void Write(string folder)
    {
        Directory.CreateDirectory(folder);
        using (var file = File.Create(Path.Combine(folder, "vocab.json")))
        using (var json = new Utf8JsonWriter(file, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            foreach (var (id, token) in Tokens().Index())
                json.WriteNumber(token, id);
            json.WriteEndObject();
        }
        File.WriteAllText(Path.Combine(folder, "merges.txt"), "#version: 0.2\n");
    }

    private static IEnumerable<string> Tokens()
    {
        var symbols = ByteSymbols.VocabularyOrder.Select(value => ByteSymbols.Symbol(value).ToString()).ToList();
        return [.. symbols, .. symbols.Select(symbol => symbol + Vocabulary.WordEnd), Vocabulary.Start, Vocabulary.End];
    }
}
