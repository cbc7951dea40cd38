using System.Globalization;
using System.Text;

namespace TcMgc.Client;

/// <summary>The query part of the address of a list.</summary>
internal static class ListParameters
{
    /// <summary>The parameters from the question mark on.</summary>
    public static string Of(VideoQuery query, string? cursor, int limit)
    {
        var filter = query.Filter;
        var text = new StringBuilder("?");
        Add("limit", limit);
        Add("sort", NameOf(query.Sort));
        Add("order", NameOf(query.Order));
        Add("video", filter.Video);
        Add("name", filter.Name);
        foreach (var tag in filter.Tags ?? [])
            Add("tags", tag);
        foreach (var state in query.States ?? [])
            Add("state", NameOf(state));
        Add("uploadedFrom", filter.UploadedFrom);
        Add("uploadedTo", filter.UploadedTo);
        Add("recordedFrom", filter.RecordedFrom);
        Add("recordedTo", filter.RecordedTo);
        Add("minDuration", filter.MinDuration);
        Add("maxDuration", filter.MaxDuration);
        Add("cursor", cursor);
        return text.ToString();

        void Add(string name, object? value)
        {
            if (value is not null)
                text.Append(text.Length == 1 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(
                    value is DateTimeOffset time ? time.ToString("O", CultureInfo.InvariantCulture)
                        : Convert.ToString(value, CultureInfo.InvariantCulture)!));
        }
    }

    private static string NameOf<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
