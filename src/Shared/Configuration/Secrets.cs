namespace TcMgc.Shared.Configuration;

/// <summary>Takes secrets out of what a message, a log or a trace says.</summary>
public static class Secrets
{
    private const string Hidden = "***";

    private static readonly string[] s_marks = ["password", "secret", "token", "key", "jaas", "oauthbearer.config"];

    /// <summary>
    /// An address, or a list of them, without user names, passwords and queries; whatever else is wrong with it.
    /// </summary>
    public static string HideIn(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return string.Join(',', address.Split(',').Select(HideInOne));
    }

    /// <summary>A text without the values of those settings whose names say that they are secret.</summary>
    /// <param name="text">The text, which may quote values.</param>
    /// <param name="settings">All settings.</param>
    public static string HideIn(string text, IEnumerable<KeyValuePair<string, string>> settings)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(settings);
        foreach (var (name, value) in settings)
            if (value.Length > 0 && s_marks.Any(mark => name.Contains(mark, StringComparison.OrdinalIgnoreCase)))
                text = text.Replace(value, Hidden, StringComparison.Ordinal);
        return text;
    }

    private static string HideInOne(string address)
    {
        if (address.LastIndexOf('@') is >= 0 and var user)
        {
            var scheme = address.IndexOf("//", StringComparison.Ordinal);
            address = $"{(scheme < 0 || scheme > user ? "" : address[..(scheme + 2)])}{Hidden}{address[user..]}";
        }
        return address.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? $"{address[..query]}?{Hidden}" : address;
    }
}
