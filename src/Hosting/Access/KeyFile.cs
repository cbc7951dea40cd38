using System.Text.Json;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Hosting.Access;

/// <summary>The keys of a service, in a JSON file that only its owner can read. A change is seen by the next request.</summary>
/// <param name="path">The file; it may be missing.</param>
public sealed class KeyFile(string path)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly System.Threading.Lock _gate = new();
    private IReadOnlyList<ApiKey> _keys = [];
    private (DateTime Written, long Bytes)? _read;

    /// <summary>The file's default name in a data folder.</summary>
    public const string Name = "keys.json";

    /// <summary>The file's path.</summary>
    public string Path => path;

    /// <summary>All keys, revoked ones too, in the order in which they were made.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public IReadOnlyList<ApiKey> Keys
    {
        get
        {
            lock (_gate)
            {
                var file = new FileInfo(path);
                (DateTime, long)? now = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
                if (_read != now)
                    (_keys, _read) = (now is null ? [] : Read(), now);
                return _keys;
            }
        }
    }

    /// <summary>The valid key that a text presents; null for none.</summary>
    /// <exception cref="UserException">The file cannot be read.</exception>
    public ApiKey? Find(string text) => ApiKey.Parse(text) is var (id, secret)
        && Keys.FirstOrDefault(key => key.Id == id) is { } found && found.Accepts(secret) ? found : null;

    /// <summary>Makes a key.</summary>
    /// <returns>The key, and the text that its owner presents.</returns>
    /// <exception cref="UserException">The file cannot be read or written.</exception>
    public (ApiKey Key, string Text) Add(
        string name, IReadOnlyList<string> scopes, DateTimeOffset now, CollectionId collection = default)
    {
        using var _ = Lock();
        var made = ApiKey.Make(name, scopes, now, collection);
        Write([.. Keys, made.Key]);
        return made;
    }

    /// <summary>Gives a key another secret.</summary>
    /// <exception cref="UserException">There is no such valid key, or the file cannot be read or written.</exception>
    public (ApiKey Key, string Text) Rotate(string id, DateTimeOffset now)
    {
        using var _ = Lock();
        var changed = Valid(id).WithNewSecret(now);
        Write([.. Keys.Select(key => key.Id == id ? changed.Key : key)]);
        return changed;
    }

    /// <summary>Makes a key invalid.</summary>
    /// <exception cref="UserException">There is no such valid key, or the file cannot be read or written.</exception>
    public ApiKey Revoke(string id, DateTimeOffset now)
    {
        using var _ = Lock();
        var revoked = Valid(id) with { Revoked = now };
        Write([.. Keys.Select(key => key.Id == id ? revoked : key)]);
        return revoked;
    }

    private ApiKey Valid(string id) => Keys.FirstOrDefault(key => key.Id == id && key.Revoked is null)
        ?? throw new UserException($"there is no valid key '{id}'; 'tcmgc keys list' shows the ids of all");

    private ApiKey[] Read()
    {
        try
        {
            return JsonSerializer.Deserialize<ApiKey[]>(File.ReadAllBytes(path), s_json) ?? [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new UserException($"{path}: the keys cannot be read: {error.Message}", error);
        }
    }

    /// <summary>One process changes the keys at a time.</summary>
    private FileStream Lock()
    {
        try
        {
            OwnerOnly.CreateFolder(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            return new(path + ".lock", OwnerOnly.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the keys cannot be changed now: {error.Message}", error);
        }
    }

    /// <summary>The file is whole at any time: it is written beside its place and then moved there.</summary>
    private void Write(IReadOnlyList<ApiKey> keys)
    {
        var partial = path + ".partial";
        try
        {
            File.Delete(partial);
            using (var file = new FileStream(partial, OwnerOnly.Options(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                JsonSerializer.Serialize(file, keys, s_json);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
            DurableFolder.Flush(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            _read = null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserException($"{path}: the keys cannot be written: {error.Message}", error);
        }
    }
}
