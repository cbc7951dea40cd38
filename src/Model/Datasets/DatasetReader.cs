namespace TcMgc.Model.Datasets;

/// <summary>Opens datasets: our own format, by its folder.</summary>
public static class DatasetReader
{
    /// <summary>Opens the dataset that a command line names: <c>DIR</c>, a folder with captions.jsonl.</summary>
    /// <exception cref="ModelException">It cannot be read.</exception>
    public static Dataset Open(string spec) => Formats.CaptionLines.Read(spec);
}
