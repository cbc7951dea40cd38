using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Configuration;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Stores;

namespace TcMgc.Cli.Soak;

/// <summary>What is soaked: workers as processes, their stores, and the ways to the servers that they use.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly string[] _stores;

    private Installation(string mode, IReadOnlyList<Worker> workers, string blobs, string[] stores,
        IReadOnlyDictionary<string, IReadOnlyList<Gate>> gates) =>
        (Mode, Workers, Blobs, _stores, Gates) = (mode, workers, blobs, stores, gates);

    /// <summary><c>embedded</c> or <c>services</c>.</summary>
    public string Mode { get; }

    /// <summary>The workers: the first takes uploads, the last searches and knows the videos.</summary>
    public IReadOnlyList<Worker> Workers { get; }

    public Worker Intake => Workers[0];

    public Worker Library => Workers[^1];

    /// <summary>Folder of the blobs.</summary>
    public string Blobs { get; }

    /// <summary>The ways to servers by the server's name: one, or one for each broker.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Gate>> Gates { get; }

    /// <summary>How long a worker stands still, at least and at most.</summary>
    public (TimeSpan Least, TimeSpan Most) Freeze { get; init; } = (2 * s_second, 20 * s_second);

    /// <summary>Replaces the addresses that brokers tell; null without brokers.</summary>
    private KafkaAddresses? Addresses { get; init; }

    /// <summary>The faults that can strike it.</summary>
    public IReadOnlyList<FaultChoice> Choices =>
    [
        .. Workers.Select(worker => new FaultChoice(FaultKind.Kill, worker.Name, TimeSpan.Zero, TimeSpan.Zero)),
        .. Workers.Select(worker => new FaultChoice(FaultKind.Freeze, worker.Name, Freeze.Least, Freeze.Most)),
        .. Workers.Where(worker => worker.Decodes).Select(worker => Of(FaultKind.KillFfmpeg, worker.Name, 5, 10)),
        .. Workers.SelectMany(worker => Databases()
            .Select(name => Of(FaultKind.LockDatabase, $"{worker.Name}/{name}", 1, 35))),
        .. Workers.Select(worker => Of(FaultKind.FillDisk, worker.Name, 2, 15)),
        Of(FaultKind.TruncateOriginal, Intake.Name, 0, 0),
        Of(FaultKind.TruncateFrames, Intake.Name, 5, 10),
        .. Gates.Keys.SelectMany(server => (FaultChoice[])
            [Of(FaultKind.Cut, server, 2, 20), Of(FaultKind.Stall, server, 2, 20), Of(FaultKind.Slow, server, 5, 15)]),
    ];

    /// <summary>One process with all workers, and its stores in one folder.</summary>
    /// <param name="folder">Where everything is.</param>
    /// <param name="model">The model.</param>
    /// <param name="settings">Further settings, <c>KEY=VALUE</c>.</param>
    /// <param name="time">Measures.</param>
    public static Installation Embedded(string folder, ModelFolder model, IReadOnlyList<string> settings, TimeProvider time)
    {
        var (data, address) = (Path.Combine(folder, "data"), FreeAddress());
        string[] command =
        [
            .. Program("tcmgc"), "serve", "--data", data, "--model", Path.GetFullPath(model.Path), "--urls", address.ToString(),
            .. settings.SelectMany(setting => new[] { "--set", setting }),
        ];
        var serve = new Worker("serve", address, data, command, folder, time) { Decodes = true };
        string[] stores = [$"--Data={data}", .. settings.Select(setting => $"--{setting}")];
        return new("embedded", [serve], Path.Combine(data, "blobs"), stores, new Dictionary<string, IReadOnlyList<Gate>>());
    }

    /// <summary>Ingest, Featurizer and Search on Kafka and Qdrant, with a log and an index of their own there.</summary>
    /// <param name="folder">Where their data folders and the blobs are.</param>
    /// <param name="model">The model.</param>
    /// <param name="servers">The servers.</param>
    /// <param name="settings">Further settings, <c>KEY=VALUE</c>.</param>
    /// <param name="time">Measures.</param>
    public static Installation Services(
        string folder, ModelFolder model, SoakServers servers, IReadOnlyList<string> settings, TimeProvider time)
    {
        var (name, blobs, gates) = ($"tcmgc-soak-{Guid.NewGuid():N}", Path.Combine(folder, "blobs"), servers.Gates(time));
        string[] stores =
        [
            "Events=kafka", $"Kafka:BootstrapServers={servers.KafkaBehind(gates)}", $"Kafka:Prefix={name}-", "Kafka:Partitions=3",
            "Vectors=qdrant", $"Qdrant:Url={servers.QdrantBehind(gates)}", $"Qdrant:Alias={name}", $"Blobs={blobs}", .. settings,
        ];
        var modelSetting = $"Model={Path.GetFullPath(model.Path)}";
        Worker[] workers =
        [
            Service("ingest", "TcMgc.Ingest", $"Decode:FrameSide={model.FrameSide}"),
            Service("featurizer", "TcMgc.Featurizer", modelSetting), Service("search", "TcMgc.Search", modelSetting),
        ];
        return new("services", workers, blobs, [$"--Data={workers[^1].Data}", .. stores.Select(setting => $"--{setting}")], gates)
        {
            Freeze = (servers.SessionTimeout * 1.05, servers.SessionTimeout * 1.3),
            Addresses = servers.Addresses,
        };

        Worker Service(string worker, string program, string setting)
        {
            var (data, address) = (Path.Combine(folder, worker), FreeAddress());
            string[] command = [.. Program(program), $"--Urls={address}", $"--Data={data}", $"--{setting}",
                .. stores.Select(store => $"--{store}")];
            return new(worker, address, data, command, folder, time) { Decodes = worker == "ingest" };
        }
    }

    /// <summary>Configuration of the stores, as a worker sees them.</summary>
    public IConfiguration Configuration() => new ConfigurationBuilder().AddCommandLine(_stores).Build();

    /// <summary>The stores, beside the workers.</summary>
    public ValueTask<Storage> OpenAsync(CancellationToken cancel) =>
        Storage.OpenAsync(Configuration(), forWork: false, TimeProvider.System, cancel);

    /// <summary>Starts the workers.</summary>
    /// <exception cref="UserException">One does not start, or goes another way to a server than through its gate.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        await Task.WhenAll(Workers.Select(worker => worker.StartAsync(cancel)));
        if (Addresses is { Replaced: false } && Gates.ContainsKey(SoakServers.Kafka))
            throw new UserException("the brokers tell their clients other addresses than --kafka has; give all that they tell "
                + "(advertised.listeners)");
    }

    /// <summary>Waits until every worker is ready.</summary>
    /// <returns>Whether they were in time.</returns>
    public async Task<bool> UntilReadyAsync(TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        var started = time.GetTimestamp();
        while (!(await Task.WhenAll(Workers.Select(worker => worker.IsReadyAsync(cancel)))).All(ready => ready))
        {
            if (time.GetElapsedTime(started) > patience)
                return false;
            await Task.Delay(s_second / 5, time, cancel);
        }
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers)
            await worker.DisposeAsync();
        foreach (var gate in Gates.Values.SelectMany(gates => gates))
            await gate.DisposeAsync();
    }

    private static FaultChoice Of(FaultKind kind, string target, double least, double most) =>
        new(kind, target, TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    /// <summary>The databases that each worker writes.</summary>
    private string[] Databases() =>
        Workers.Count == 1 ? ["events.db", "catalog.db", "index.db"] : ["catalog.db"];

    /// <summary>What starts one of the product's programs, which lie beside this one.</summary>
    private static string[] Program(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, name);
        return Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.ProcessPath!, $"{path}.dll"]
            : File.Exists(path) ? [path] : throw new UserException($"{path} is missing: it belongs to the program");
    }

    /// <summary>
    /// An address of loopback that nobody listens on, below the ports that systems give to clients: it stays free while a worker
    /// is down.
    /// </summary>
    private static Uri FreeAddress()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            if (IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(taken => taken.Port == port))
                continue;
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return new($"http://127.0.0.1:{port}");
            }
            catch (SocketException)
            {
                // Somebody has taken it.
            }
        }
    }
}
