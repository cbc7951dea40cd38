using TcMgc.Model;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>LSMDC: tab-separated lines of clip id, four times and a sentence; a clip may have several lines.</summary>
internal static class Lsmdc
{
    private const int Columns = 6;

    public static Dataset Read(string root)
    {
        var annotations = new Annotations("LSMDC", root);
        foreach (var (file, split) in new[]
        {
            ("LSMDC16_annos_training.csv", Split.Train), ("LSMDC16_annos_val.csv", Split.Validation),
            ("LSMDC16_challenge_1000_publictect.csv", Split.Test),
        })
            foreach (var (where, line) in annotations.Lines(file))
            {
                if (line.Split('\t') is not { Length: Columns } cells)
                    throw new ModelException(
                        $"{where}: has {line.Split('\t').Length} columns; clip id, four times and a sentence are {Columns}");
                annotations.Add(split, cells[0].Trim(), cells[^1]);
            }
        return annotations.Build();
    }
}
