using System.Text.RegularExpressions;

namespace TcMgc.Model.Hub;

/// <summary>A model on a hub.</summary>
/// <param name="Repository">Owner and name, as in <c>openai/clip-vit-base-patch32</c>.</param>
public sealed partial record HubModel(string Repository)
{
    /// <summary>OpenAI's CLIPs by the names that <c>--arch</c> uses for their sizes, and two of OpenCLIP's.</summary>
    public static IReadOnlyDictionary<string, HubModel> Named { get; } = OfferedModel.All.ToDictionary(
        offered => offered.Name, offered => new HubModel(offered.Repository), StringComparer.OrdinalIgnoreCase);

    /// <summary>The repository's name without its owner.</summary>
    public string Name => Repository[(Repository.IndexOf('/', StringComparison.Ordinal) + 1)..];

    /// <summary>
    /// A model by one of the <see cref="Named"/> names, by a repository's name without its owner, or as owner/name.
    /// </summary>
    /// <exception cref="ModelException">It is none of these.</exception>
    public static HubModel Parse(string name)
    {
        if (Named.TryGetValue(name, out var model))
            return model;
        if (Named.Values.FirstOrDefault(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } published)
            return published;
        return OwnerAndName().IsMatch(name)
            ? new(name)
            : throw new ModelException(
                $"there is no model '{name}' to pull; give {string.Join(", ", Named.Keys)}, or a repository as OWNER/NAME");
    }

    // No part may start with a dot or dash: '..' would change an address or a path.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,95}/[A-Za-z0-9][A-Za-z0-9._-]{0,95}\z", RegexOptions.CultureInvariant)]
    private static partial Regex OwnerAndName();
}
