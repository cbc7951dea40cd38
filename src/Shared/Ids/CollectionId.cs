using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace TcMgc.Shared;

/// <summary>
/// A collection of videos that shares nothing with others: who works in one learns nothing of what another holds. Its id is its
/// name: 1 to 63 of a–z, 0–9 and hyphens, a letter first. Whoever names none works in <see cref="Default"/>.
/// </summary>
[JsonConverter(typeof(CollectionIdJson))]
public readonly partial record struct CollectionId
{
    /// <summary>The form of a name, for the annotations of settings.</summary>
    public const string Form = "[a-z][a-z0-9-]{0,62}";

    /// <summary>What is wrong with a name that is not of the <see cref="Form"/>.</summary>
    public const string WrongForm = "must be the name of a collection: 1 to 63 of a–z, 0–9 and hyphens, a letter first";

    private const string DefaultName = "default";

    private readonly string? _name; // Null in the default collection, which is thus default(CollectionId).

    private CollectionId(string name) => _name = name == DefaultName ? null : name;

    /// <summary>The collection of those who name none.</summary>
    public static CollectionId Default => default;

    /// <summary>Its name.</summary>
    public string Name => _name ?? DefaultName;

    /// <summary>Whether it is <see cref="Default"/>.</summary>
    public bool IsDefault => _name is null;

    /// <summary>Reads a name; false where <paramref name="text"/> is none.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out CollectionId collection)
    {
        var parsed = text is not null && WholeName().IsMatch(text);
        collection = parsed ? new(text!) : default;
        return parsed;
    }

    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static CollectionId Parse(string text) =>
        TryParse(text, out var collection) ? collection : throw new FormatException($"'{text}' {WrongForm}");

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    [GeneratedRegex($@"\A{Form}\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeName();
}
