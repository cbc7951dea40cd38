using System.Text;

namespace TcMgc.Training.Datasets.Formats;

/// <summary>A line of comma-separated values; cells that contain commas are in double quotes.</summary>
internal static class Csv
{
    public static IEnumerable<string> Cells(string line)
    {
        var (cell, quoted) = (new StringBuilder(), false);
        for (var at = 0; at < line.Length; at++)
            if (line[at] == '"' && quoted && at + 1 < line.Length && line[at + 1] == '"')
                cell.Append(line[at++]);
            else if (line[at] == '"')
                quoted = !quoted;
            else if (line[at] == ',' && !quoted)
            {
                yield return cell.ToString();
                cell.Clear();
            }
            else
                cell.Append(line[at]);
        yield return cell.ToString();
    }
}
