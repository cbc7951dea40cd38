using TcMgc.Model;
using TcMgc.Model.Checkpoints;
using TcMgc.Shared;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// MSVD: train_list.txt, val_list.txt, test_list.txt, and raw-captions.pkl, about 40 sentences per video as lists of words.
/// </summary>
internal static class Msvd
{
    private const string CaptionsFile = "raw-captions.pkl";
    private const int MaxPickleBytes = 64 << 20;

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("MSVD", root);
        var captions = Captions(annotations.PathOf(CaptionsFile));
        foreach (var (list, split) in new[] { ("train", Split.Train), ("val", Split.Validation), ("test", Split.Test) })
            foreach (var (where, line) in annotations.Lines($"{list}_list.txt"))
            {
                var id = line.Trim();
                if (!captions.TryGetValue(id, out var sentences))
                    throw new ModelException($"{where}: '{id}' has no captions in {CaptionsFile}");
                foreach (var sentence in sentences)
                    annotations.Add(split, id, sentence);
            }
        return annotations.Build();
    }

    private static Dictionary<string, List<string>> Captions(string path)
    {
        if (LinkedFile.At(path).Length > MaxPickleBytes)
            throw new ModelException($"{path}: has more than {MaxPickleBytes >> 20} MiB, too much for captions");
        if (Unpickler.Read(path, File.ReadAllBytes(path), MaxPickleBytes) is not PickleDictionary videos)
            throw new ModelException($"{path}: is not a dict of captions by video");
        return videos.Entries.ToDictionary(
            entry => entry.Key as string ?? throw Unexpected(path),
            entry => entry.Value is PickleList sentences
                ? sentences.Items.ConvertAll(sentence => Sentence(path, sentence))
                : throw Unexpected(path),
            StringComparer.Ordinal);
    }

    private static string Sentence(string path, object? sentence) => sentence switch
    {
        string text => text,
        PickleList words => string.Join(' ', words.Items.Select(word => word as string ?? throw Unexpected(path))),
        _ => throw Unexpected(path),
    };

    private static ModelException Unexpected(string path) => new($"{path}: is not a dict of video ids and lists of sentences");
}
