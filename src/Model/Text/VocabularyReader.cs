using System.Text;
using System.Text.Json;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Text;

/// <summary>Reads a vocabulary from vocab.json + merges.txt, from tokenizer.json, or from both where they agree.</summary>
internal static class VocabularyReader
{
    private const string VocabularyFile = "vocab.json", MergesFile = "merges.txt", TokenizerFile = "tokenizer.json";

    // CLIP's own files are under 4 MiB; a larger one is another thing under this name.
    private const int LargestFile = 64 << 20;
    private const string Kind = "a CLIP vocabulary";

    private sealed record Content(IReadOnlyDictionary<string, int> Ids, IReadOnlyList<Merge> Merges);

    public static Vocabulary Read(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ModelException(
                $"{folder}: no such folder; name one that holds vocab.json and merges.txt, or tokenizer.json");
        var split = ReadSplit(folder);
        var whole = ReadWhole(folder);
        if (split is not null && whole is not null && !Agree(split, whole))
            throw new ModelException(
                $"{folder}: vocab.json with merges.txt and tokenizer.json disagree; keep those that belong to the weights");
        var content = split ?? whole
            ?? throw new ModelException($"{folder}: no tokenizer here; it takes vocab.json and merges.txt, or tokenizer.json");
        return new Vocabulary(Path.Combine(folder, split is null ? TokenizerFile : VocabularyFile), content.Ids, content.Merges);
    }

    private static bool Agree(Content split, Content whole) =>
        split.Ids.Count == whole.Ids.Count
        && split.Ids.All(entry => whole.Ids.TryGetValue(entry.Key, out var id) && id == entry.Value)
        && split.Merges.SequenceEqual(whole.Merges);

    private static Content? ReadSplit(string folder)
    {
        string vocabulary = Path.Combine(folder, VocabularyFile), merges = Path.Combine(folder, MergesFile);
        if (!File.Exists(vocabulary) && !File.Exists(merges))
            return null;
        if (!File.Exists(vocabulary) || !File.Exists(merges))
            throw new ModelException(
                $"{folder}: {(File.Exists(merges) ? VocabularyFile : MergesFile)} is missing beside "
                    + $"{(File.Exists(merges) ? MergesFile : VocabularyFile)}");
        return new(ModelFile.ReadJson(vocabulary, LargestFile, Kind, json => Ids(vocabulary, json)), [.. MergeLines(merges)]);
    }

    private static IEnumerable<Merge> MergeLines(string path)
    {
        var number = 0;
        var text = Encoding.UTF8.GetString(ModelFile.Read(path, LargestFile, Kind));
        foreach (var line in text.Split(["\r\n", "\n"], StringSplitOptions.None))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;
            yield return Pair(line) ?? throw new ModelException($"{path}: line {number} is not two tokens with a space between");
        }
    }

    private static Content? ReadWhole(string folder)
    {
        var path = Path.Combine(folder, TokenizerFile);
        if (!File.Exists(path))
            return null;
        return ModelFile.ReadJson(path, LargestFile, Kind, json => Whole(path, json));
    }

    private static Content Whole(string path, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("model", out var model)
            || model.ValueKind != JsonValueKind.Object || !model.TryGetProperty("vocab", out var vocabulary)
            || !model.TryGetProperty("merges", out var merges) || merges.ValueKind != JsonValueKind.Array)
            throw new ModelException($"{path}: no byte-pair model with 'vocab' and 'merges' in it");
        var ids = Ids(path, vocabulary);
        AddTokens(path, json, ids);
        return new(ids, [.. merges.EnumerateArray().Select(merge => MergeOf(path, merge))]);
    }

    private static void AddTokens(string path, JsonElement root, Dictionary<string, int> ids)
    {
        if (!root.TryGetProperty("added_tokens", out var added) || added.ValueKind != JsonValueKind.Array)
            return;
        foreach (var token in added.EnumerateArray())
            if (token.ValueKind != JsonValueKind.Object || !token.TryGetProperty("content", out var content)
                || content.ValueKind != JsonValueKind.String
                || !token.TryGetProperty("id", out var number) || !TryId(number, out var id))
                throw new ModelException($"{path}: an entry of 'added_tokens' has no content and id");
            else if (!ids.TryAdd(content.GetString()!, id) && ids[content.GetString()!] != id)
                throw new ModelException(
                    $"{path}: 'added_tokens' and 'vocab' disagree on token '{Printable.Name(content.GetString()!)}'");
    }

    // Older files write "a b", newer ones ["a", "b"].
    private static Merge MergeOf(string path, JsonElement merge) => merge switch
    {
        { ValueKind: JsonValueKind.String } => Pair(merge.GetString()!),
        { ValueKind: JsonValueKind.Array } when merge.GetArrayLength() == 2
            && merge.EnumerateArray().All(part => part.ValueKind == JsonValueKind.String)
            => new Merge(merge[0].GetString()!, merge[1].GetString()!),
        _ => null,
    } ?? throw new ModelException($"{path}: an entry of 'merges' is not two tokens");

    private static Merge? Pair(string line)
    {
        var space = line.IndexOf(' ', StringComparison.Ordinal);
        return space <= 0 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0
            ? null : new(line[..space], line[(space + 1)..]);
    }

    private static Dictionary<string, int> Ids(string path, JsonElement vocabulary)
    {
        if (vocabulary.ValueKind != JsonValueKind.Object)
            throw new ModelException($"{path}: the vocabulary is not an object of token and id");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocabulary.EnumerateObject())
            if (!TryId(entry.Value, out var id))
                throw new ModelException($"{path}: the id of token '{Printable.Name(entry.Name)}' is not a whole number");
            else if (!ids.TryAdd(entry.Name, id))
                throw new ModelException($"{path}: token '{Printable.Name(entry.Name)}' is there twice");
        return ids;
    }

    private static bool TryId(JsonElement element, out int id)
    {
        id = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out id);
    }

}
