using System.Text.Json;
using TcMgc.Shared;

namespace TcMgc.Stores.Maintenance;

/// <summary>The file <c>backup.json</c>, which makes a folder a backup.</summary>
/// <param name="Format">Version of the backup's layout, at least 1.</param>
/// <param name="Log">Id of the event log that was backed up.</param>
/// <param name="Taken">The moment whose state the backup holds; null while it is not complete.</param>
internal sealed record BackupMark(int Format, Guid Log, DateTimeOffset? Taken)
{
    public const int CurrentFormat = 1;

    private const string Name = "backup.json";

    /// <summary>The mark of a folder; null where it has none.</summary>
    /// <exception cref="UserException">It cannot be read, or is of a newer program.</exception>
    public static BackupMark? Of(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            return null;
        try
        {
            var mark = JsonSerializer.Deserialize<BackupMark>(File.ReadAllBytes(path), JsonSerializerOptions.Web);
            return mark is not { Format: > CurrentFormat } ? mark : throw new UserException(
                $"{path}: written by a newer tcmgc (format {mark.Format}, this one knows {CurrentFormat}); use that one");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserException($"{path}: cannot be read ({error.Message.ReplaceLineEndings(" ")})", error);
        }
    }

    /// <summary>Writes the mark, which replaces the former one at once.</summary>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, Name);
        File.WriteAllBytes($"{path}.new", JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));
        File.Move($"{path}.new", path, overwrite: true);
    }
}
