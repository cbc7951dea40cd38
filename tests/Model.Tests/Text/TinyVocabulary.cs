using System.Text.Encodings.Web;
using System.Text.Json;
using TcMgc.Model.Text;

namespace TcMgc.Model.Tests.Text;

/// <summary>A vocabulary folder of the test's own: the byte vocabulary and the merges it names, in either layout.</summary>
internal sealed class TinyVocabulary : IDisposable
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Folder { get; } = Directory.CreateTempSubdirectory("tcmgc-vocabulary-").FullName;

    public TinyVocabulary(params string[] merges)
    {
        Tokenizer.WriteByteVocabulary(Folder);
        Ids = JsonSerializer.Deserialize<Dictionary<string, int>>(Read("vocab.json"))!;
        Merges = merges;
        var (start, end) = (Take("<|startoftext|>"), Take("<|endoftext|>"));
        foreach (var merge in merges)
            Ids.TryAdd(merge.Replace(" ", "", StringComparison.Ordinal), Ids.Count);
        Ids.Add(start, Ids.Count);
        Ids.Add(end, Ids.Count);
        Write("vocab.json", JsonSerializer.Serialize(Ids, s_json));
        Write("merges.txt", "#version: 0.2\n" + string.Concat(merges.Select(merge => merge + "\n")));
    }

    public Dictionary<string, int> Ids { get; }

    public string[] Merges { get; }

    public Tokenizer Load() => Tokenizer.Load(Folder);

    public string Read(string file) => File.ReadAllText(Path.Combine(Folder, file));

    public void Write(string file, string content) => File.WriteAllText(Path.Combine(Folder, file), content);

    public void Delete(string file) => File.Delete(Path.Combine(Folder, file));

    /// <summary>Adds the other layout, with merges as older (text) or newer (array) files have them.</summary>
    public void WriteWhole(bool asArrays, params string[] merges) => Write("tokenizer.json", JsonSerializer.Serialize(
        new { model = new { vocab = Ids, merges = merges.Select(merge => asArrays ? (object)merge.Split(' ') : merge) } },
        s_json));

    /// <summary>The tokens' own spelling of a text's ids, without start and end.</summary>
    public string Pieces(string text)
    {
        var spelling = Ids.ToDictionary(entry => entry.Value, entry => entry.Key);
        return string.Join(' ', Load().Encode(text).ToArray()[1..^1].Select(id => spelling[id]));
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Take(string token)
    {
        Ids.Remove(token);
        return token;
    }
}
