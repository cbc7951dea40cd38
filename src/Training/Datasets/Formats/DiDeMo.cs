namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// DiDeMo: {train,val,test}_list.txt list the videos, {train,val,test}_data.json describe moments of them. A video's
/// descriptions, in the order of the file, form one paragraph. Only its first 31 seconds are used: the annotators saw no more.
/// </summary>
internal static class DiDeMo
{
    private const double Shown = 31;

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("DiDeMo", root);
        foreach (var (name, split) in new[] { ("train", Split.Train), ("val", Split.Validation), ("test", Split.Test) })
        {
            var listed = annotations.Ids($"{name}_list.txt");
            var paragraphs = new OrderedDictionary<string, List<string>>(StringComparer.Ordinal);
            annotations.Json($"{name}_data.json", moments =>
            {
                foreach (var moment in moments.EnumerateArray())
                    if (moment.GetProperty("video").GetString() is { } video && listed.Contains(video))
                    {
                        if (!paragraphs.TryGetValue(video, out var sentences))
                            paragraphs.Add(video, sentences = []);
                        sentences.Add(moment.GetProperty("description").GetString()!.Trim());
                    }
            });
            foreach (var (video, sentences) in paragraphs)
                annotations.Add(split, video, string.Join(' ', sentences), end: Shown);
        }
        // The list has the original extensions; many copies of the videos have others.
        return annotations.Build(id => [id, Path.GetFileNameWithoutExtension(id)]);
    }
}
