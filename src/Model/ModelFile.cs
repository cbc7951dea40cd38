using System.Text;
using System.Text.Json;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model;

/// <summary>
/// Reads the files of models. A file may be a link, as all are in Hugging Face's cache: then what it leads to counts, also for
/// its length, which FileInfo would give of the link.
/// </summary>
internal static class ModelFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="ModelException">It cannot be read: the message says why.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>All of a text in UTF-8, without the mark that some editors put before it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Bytes that it may have.</param>
    /// <param name="kind">What it is to be, with its article: a longer file is none.</param>
    /// <exception cref="ModelException">It cannot be read, or is longer.</exception>
    public static byte[] Read(string path, int limit, string kind)
    {
        using var file = Open(path);
        try
        {
            if (file.Length > limit)
                throw new ModelException($"{path}: has {file.Length} bytes, more than {kind} can have ({limit})");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;
        }
        catch (Exception error) when (error is IOException or NotSupportedException)
        {
            throw Unreadable(path, error);
        }
    }

    /// <summary>What a function reads from a JSON file, in which it need not expect texts that are no Unicode.</summary>
    /// <exception cref="ModelException">It cannot be read, is longer than the limit, or is no valid JSON.</exception>
    public static T ReadJson<T>(string path, int limit, string kind, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(Read(path, limit, kind));
            return read(json.RootElement);
        }
        catch (JsonException error)
        {
            var line = error.LineNumber + 1;
            throw new ModelException($"{path}: not valid JSON (line {line}); it may be cut short, copy it again", error);
        }
        catch (InvalidOperationException error)
        {
            throw new ModelException($"{path}: a text in it is no Unicode, such as half a surrogate pair; copy it again", error);
        }
    }

    private static ModelException Unreadable(string path, Exception error) => (error, new FileInfo(path).LinkTarget) switch
    {
        (_, null) => new($"{path}: cannot be read: {error.Message}", error),
        (FileNotFoundException or DirectoryNotFoundException, var target) =>
            new($"{path}: is a link to '{Printable.Name(target)}', and there is no such file; fetch the file again", error),
        (_, var target) =>
            new($"{path}: is a link to '{Printable.Name(target)}' that cannot be followed: {error.Message}", error),
    };
}
