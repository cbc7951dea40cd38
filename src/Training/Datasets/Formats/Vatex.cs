using System.Globalization;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// VATEX: lists of <c>videoID</c> and ten English sentences, <c>enCap</c>. An id is a YouTube id with the seconds of the part,
/// <c>…_000010_000020</c>. A file is named after the id, or after the YouTube id alone; then only that part is used. val_list.txt
/// and test_list.txt divide the validation file as the papers do; without them it is the test split.
/// </summary>
internal static class Vatex
{
    private const string TrainFile = "vatex_training_v1.0.json", ValidationFile = "vatex_validation_v1.0.json",
        ValidationList = "val_list.txt", TestList = "test_list.txt";

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("VATEX", root);
        Read(annotations, TrainFile, _ => Split.Train);
        if (File.Exists(Path.Combine(root, TestList)))
        {
            var (validation, test) = (annotations.Ids(ValidationList), annotations.Ids(TestList));
            Read(annotations, ValidationFile, id => test.Contains(id) ? Split.Test : validation.Contains(id)
                ? Split.Validation : null);
        }
        else
            Read(annotations, ValidationFile, _ => Split.Test);
        var whole = annotations.Build(id => [id, Part(id).Video]);
        return whole with { Train = Cut(whole.Train), Validation = Cut(whole.Validation), Test = Cut(whole.Test) };
    }

    private static void Read(Annotations annotations, string file, Func<string, Split?> splitOf) =>
        annotations.Json(file, videos =>
    {
        foreach (var video in videos.EnumerateArray())
            if (video.GetProperty("videoID").GetString() is { } id && splitOf(id) is { } split)
                foreach (var caption in video.GetProperty("enCap").EnumerateArray())
                    annotations.Add(split, id, caption.GetString()!);
    });

    /// <summary>Sets the part where a file is the whole YouTube video.</summary>
    private static List<CaptionedVideo> Cut(IReadOnlyList<CaptionedVideo> videos) => [.. videos.Select(video =>
        Path.GetFileNameWithoutExtension(video.Path) != video.Id && Part(video.Id) is (_, { } start, { } end)
        ? video with { Start = start, End = end } : video)];

    private static (string Video, double? Start, double? End) Part(string id) =>
        id.Split('_') is [.., var from, var to] && Seconds(from) is { } start && Seconds(to) is { } end
            ? (id[..^(from.Length + to.Length + 2)], start, end)
            : (id, null, null);

    private static double? Seconds(string digits) => digits.Length == 6
        && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
}
