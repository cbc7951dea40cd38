using TcMgc.Model;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>MSVD: train_list.txt, val_list.txt, test_list.txt, and raw-captions.pkl, about 40 sentences a video as lists of words.</summary>
internal static class Msvd
{
    private const string CaptionsFile = "raw-captions.pkl";
    private const int LongestPickle = 64 << 20;

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("MSVD", root);
        var captions = Captions(annotations.PathOf(CaptionsFile));
        foreach (var (file, split) in new[] { ("train_list.txt", Split.Train), ("val_list.txt", Split.Validation), ("test_list.txt", Split.Test) })
            foreach (var (where, line) in annotations.Lines(file))
                foreach (var caption in captions.GetValueOrDefault(line.Trim()) ?? throw new ModelException($"{where}: '{line.Trim()}' has no captions in {CaptionsFile}"))
                    annotations.Add(split, line.Trim(), caption);
        return annotations.Build();
    }

    private static Dictionary<string, List<string>> Captions(string path)
    {
        if (new FileInfo(path).Length > LongestPickle)
            throw new ModelException($"{path}: has more than {LongestPickle >> 20} MiB, too much for what it is");
        if (Unpickler.Read(path, File.ReadAllBytes(path), LongestPickle) is not PickleDictionary videos)
            throw new ModelException($"{path}: is no dict of captions by video");
        return videos.Entries.ToDictionary(
            entry => entry.Key as string ?? throw Unexpected(path),
            entry => entry.Value is PickleList sentences ? sentences.Items.ConvertAll(sentence => Sentence(path, sentence)) : throw Unexpected(path),
            StringComparer.Ordinal);
    }

    private static string Sentence(string path, object? sentence) => sentence switch
    {
        string text => text,
        PickleList words => string.Join(' ', words.Items.Select(word => word as string ?? throw Unexpected(path))),
        _ => throw Unexpected(path),
    };

    private static ModelException Unexpected(string path) => new($"{path}: is no dict of video ids and lists of sentences");
}
