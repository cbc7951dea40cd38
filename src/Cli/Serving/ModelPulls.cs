using System.Collections.Concurrent;
using TcMgc.Cli.Commands;
using TcMgc.Client;
using TcMgc.Model;
using TcMgc.Model.Checkpoints;
using TcMgc.Model.Hub;

namespace TcMgc.Cli.Serving;

/// <summary>Downloads published CLIPs into a folder of models, one at a time, while the service goes on.</summary>
/// <param name="models">The folder of models.</param>
/// <param name="hub">Address of the hub; null: the public one.</param>
/// <param name="stopping">Ends a download when the service stops; what came stays and is continued next time.</param>
internal sealed class ModelPulls(string models, string? hub, CancellationToken stopping) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile Running? _running;

    /// <summary>A download under way, or the last one.</summary>
    private sealed class Running(string name, CancellationToken stopping) : IProgress<DownloadProgress>, IDisposable
    {
        private readonly ConcurrentDictionary<string, DownloadProgress> _files = new(StringComparer.Ordinal);
        private readonly CancellationTokenSource _stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);

        public CancellationToken Stopped => _stop.Token;

        public PullState State { get; set; } = PullState.Downloading;

        public string? Failure { get; set; }

        public bool IsOver => State is not (PullState.Downloading or PullState.Importing);

        public ModelPull Told => new(name, State, _files.Values.Sum(file => file.Received), _files.Values.Sum(file => file.Bytes))
        {
            Failure = Failure,
        };

        public void Report(DownloadProgress value) => _files[value.File] = value;

        public void Stop() => _stop.Cancel();

        public void Dispose() => _stop.Dispose();
    }

    /// <summary>How far the last download has come; null where there was none.</summary>
    public ModelPull? Last => _running?.Told;

    /// <summary>Name of the folder that a model is put into.</summary>
    public static string FolderOf(OfferedModel offered) => new HubModel(offered.Repository).Name;

    /// <summary>Begins a download, or continues one.</summary>
    /// <returns>False where another one runs.</returns>
    /// <exception cref="ModelException">There is such a folder already, or the hub's address is none.</exception>
    public bool TryStart(OfferedModel offered)
    {
        var path = Path.Combine(models, FolderOf(offered));
        Model.Store.ModelFolder.RequireFree(path);
        var address = HubAddress.Of(hub);
        Running running;
        lock (_gate)
        {
            if (_running is { IsOver: false })
                return false;
            _running?.Dispose();
            _running = running = new(offered.Name, stopping);
        }
        _ = Task.Run(() => RunAsync(offered, path, address, running), CancellationToken.None);
        return true;
    }

    /// <summary>Stops the download under way; what came stays.</summary>
    public void Stop()
    {
        lock (_gate)
            if (_running is { IsOver: false } running)
                running.Stop();
    }

    public void Dispose() => _running?.Dispose();

    private static async Task RunAsync(OfferedModel offered, string path, HubAddress address, Running running)
    {
        try
        {
            var folder = path + ModelPullCommand.DownloadEnding;
            var options = new DownloadOptions();
            using var client = new HubClient(options.Timeout);
            var downloaded = await new ModelDownload(client, address, options)
                .RunAsync(new(offered.Repository), ModelDownload.DefaultRevision, folder, running, running.Stopped);
            running.State = PullState.Importing;
            Import(downloaded, path, offered.Name);
            Directory.Delete(folder, recursive: true);
            running.State = PullState.Done;
        }
        catch (OperationCanceledException)
        {
            running.State = PullState.Stopped;
        }
#pragma warning disable CA1031 // Whatever it is, the page shows it, and the service goes on.
        catch (Exception error)
#pragma warning restore CA1031
        {
            (running.Failure, running.State) = (error.Message, PullState.Failed);
        }
    }

    private static void Import(DownloadedModel downloaded, string path, string name)
    {
        using var checkpoint = CheckpointReader.Open(downloaded.Weights);
        var import = ModelImport.Plan(checkpoint, new());
        if (import.Refusal(partial: true) is { } refusal)
            throw new ModelException($"{checkpoint.Path}: is no complete CLIP: {refusal}");
        ModelImportCommand.Write(checkpoint, import, new()
        {
            Out = path,
            Command = $"tcmgc model pull {name}",
            Origin = downloaded.Source,
            About = ModelPullCommand.About,
        });
    }
}
