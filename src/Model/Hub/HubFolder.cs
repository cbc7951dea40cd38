namespace TcMgc.Model.Hub;

/// <summary>A folder with copies of repositories, as other programs leave them.</summary>
internal static class HubFolder
{
    /// <summary>
    /// The copy of a model's repository: <c>OWNER/NAME</c> or <c>NAME</c>, as a download into a folder makes it; or that of a
    /// revision in the layout of Hugging Face's cache, <c>models--OWNER--NAME</c>.
    /// </summary>
    /// <exception cref="ModelException">There is none.</exception>
    public static string Find(string folder, HubModel model, string revision)
    {
        var cached = Path.Combine(folder, $"models--{model.Repository.Replace("/", "--", StringComparison.Ordinal)}");
        string[] places =
        [
            Path.Combine(cached, "snapshots", CommitOf(Path.Combine(cached, "refs"), revision)),
            Path.Combine(folder, model.Repository),
            Path.Combine(folder, model.Name),
        ];
        return places.FirstOrDefault(Directory.Exists) ?? throw new ModelException(
            $"{folder}: holds no copy of {model.Repository}: there is no {string.Join(", no ", places)}");
    }

    /// <summary>What a branch or tag was when it was downloaded; a commit is itself.</summary>
    private static string CommitOf(string references, string revision)
    {
        var reference = Path.GetFullPath(Path.Combine(references, revision));
        return reference.StartsWith(Path.GetFullPath(references), StringComparison.Ordinal) && File.Exists(reference)
            ? File.ReadAllText(reference).Trim()
            : revision;
    }
}
