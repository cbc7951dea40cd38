using System.Collections.Concurrent;
using System.Text.Json;

namespace TcMgc.EndToEnd.Tests;

/// <summary>A model, and room for data folders, which are gone after the tests that share them.</summary>
public sealed class Workplace : IDisposable
{
    /// <summary>The model of nearly all tests, made once.</summary>
    private static readonly Lazy<string> s_small = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("tcmgc-model-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return MakeModel("ViT-T/16", folder);
    });

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-end-to-end-").FullName;
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _undisturbed = new();
    private int _made;

    public Workplace() => Model = s_small.Value;

    internal Workplace(string architecture) => Model = MakeModel(architecture, _folder);

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
        var ended = await CommandRun.Of(["index", .. paths, "--data", data, "--model", Model]);
        Assert.True(ended.Status == 0, ended.Errors);
        return data;
    }

    /// <summary>As <see cref="IndexedAsync"/>, made once for the same paths: to compare with, not to change.</summary>
    internal Task<string> UndisturbedAsync(params string[] paths) =>
        _undisturbed.GetOrAdd(string.Join('\n', paths), _ => new(() => IndexedAsync(paths))).Value;

    /// <summary>Runs a command with --json and gives the document that it printed.</summary>
    internal static async Task<JsonElement> JsonAsync(params IEnumerable<string> arguments)
    {
        var ended = await CommandRun.Of([.. arguments, "--json"]);
        Assert.True(ended.Status == 0, ended.Errors);
        using var document = JsonDocument.Parse(ended.Output);
        return document.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string MakeModel(string architecture, string folder)
    {
        var model = Path.Combine(folder, "model");
        using var run = CommandRun.Start("model", "init", "--arch", architecture, "--head", "tcmgc", "--frames", "4",
            "--words", "16", "--random", "--seed", "1", "--out", model);
        var ended = run.EndAsync().GetAwaiter().GetResult();
        Assert.True(ended.Status == 0, ended.Errors);
        return model;
    }
}
