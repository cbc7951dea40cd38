namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// ActivityNet Captions: train_ids.json and val_ids.json list the videos (<c>v_</c> before the id), train.json and val_1.json
/// their sentences. The sentences of a video form one paragraph. The papers report results on val_1, so it is the test split.
/// </summary>
internal static class ActivityNet
{
    private const string Prefix = "v_";

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("ActivityNet", root);
        foreach (var (idsFile, captionsFile, split) in new[] { ("train_ids.json", "train.json", Split.Train),
            ("val_ids.json", "val_1.json", Split.Test) })
        {
            var listed = new HashSet<string>(StringComparer.Ordinal);
            annotations.Json(idsFile, ids => listed.UnionWith(ids.EnumerateArray().Select(id => id.GetString()!)));
            annotations.Json(captionsFile, videos =>
            {
                foreach (var video in videos.EnumerateObject().Where(video => listed.Contains(video.Name)))
                    annotations.Add(
                        split, video.Name,
                        string.Join(' ', video.Value.GetProperty("sentences").EnumerateArray()
                            .Select(sentence => sentence.GetString()!.Trim())),
                        end: Math.Ceiling(video.Value.GetProperty("duration").GetDouble()));
            });
        }
        return annotations.Build(id => [id, id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : id]);
    }
}
