using TcMgc.Model;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>
/// MSR-VTT: MSRVTT_data.json has 20 sentences for every video; a CSV file lists the 9k or 7k training videos, each sentence of
/// which is a pair; MSRVTT_JSFUSION_test.csv is 1k-A, 1,000 videos with one sentence each.
/// </summary>
internal static class MsrVtt
{
    public static Dataset Read(string root, string trainFile)
    {
        var annotations = new Annotations("MSR-VTT", root);
        var train = annotations.Rows(trainFile).Select(row => Column(row, "video_id", trainFile))
            .ToHashSet(StringComparer.Ordinal);
        annotations.Json("MSRVTT_data.json", data =>
        {
            foreach (var sentence in data.GetProperty("sentences").EnumerateArray())
                if (sentence.GetProperty("video_id").GetString() is { } id && train.Contains(id))
                    annotations.Add(Split.Train, id, sentence.GetProperty("caption").GetString()!);
        });
        const string TestFile = "MSRVTT_JSFUSION_test.csv";
        foreach (var row in annotations.Rows(TestFile))
            annotations.Add(Split.Test, Column(row, "video_id", TestFile), Column(row, "sentence", TestFile));
        return annotations.Build();
    }

    private static string Column(IReadOnlyDictionary<string, string> row, string name, string file) =>
        row.TryGetValue(name, out var value)
        ? value : throw new ModelException($"{file}: has no column '{name}'; it has {string.Join(", ", row.Keys)}");
}
