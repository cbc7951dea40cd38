using System.Collections.Concurrent;
using System.Text.Json;

namespace TcMgc.EndToEnd.Tests;

/// <summary>A model and room for data folders, both gone after the tests that share them.</summary>
public sealed class Workplace : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-end-to-end-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _undisturbed = new();
    private int _made;

    public Workplace() : this("ViT-T/16") { }

    internal Workplace(string architecture)
    {
        Model = Path.Combine(_folder, "model");
        using var run =
            ProgramRun.Start("model", "init", "--arch", architecture, "--head", "tcmgc", "--frames", "4", "--words", "16",
                "--random", "--seed", "1", "--out", Model);
        var ended = run.EndAsync().GetAwaiter().GetResult();
        Assert.True(ended.Status == 0, ended.Errors);
    }

    /// <summary>A small model with random weights.</summary>
    public string Model { get; }

    /// <summary>A name in the scratch folder that nothing has yet.</summary>
    public string New(string name) => Path.Combine(_folder, $"{Interlocked.Increment(ref _made)}-{name}");

    /// <summary>A folder with copies of files.</summary>
    public string FolderOf(params IEnumerable<string> files)
    {
        var folder = Directory.CreateDirectory(New("videos")).FullName;
        foreach (var file in files)
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    /// <summary>A data folder with files indexed.</summary>
    internal async Task<string> IndexedAsync(params IEnumerable<string> paths)
    {
        var data = New("data");
        var ended = await ProgramRun.RunAsync(["index", .. paths, "--data", data, "--model", Model]);
        Assert.True(ended.Status == 0, ended.Errors);
        return data;
    }

    /// <summary>As <see cref="IndexedAsync"/>, made once for the same paths: to compare with, not to change.</summary>
    internal Task<string> UndisturbedAsync(params string[] paths) =>
        _undisturbed.GetOrAdd(string.Join('\n', paths), _ => new(() => IndexedAsync(paths))).Value;

    /// <summary>Runs a command with --json and gives the document that it printed.</summary>
    internal static async Task<JsonElement> JsonAsync(params IEnumerable<string> arguments)
    {
        var ended = await ProgramRun.RunAsync([.. arguments, "--json"]);
        Assert.True(ended.Status == 0, ended.Errors);
        using var document = JsonDocument.Parse(ended.Output);
        return document.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
