using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace TcMgc.Tests.Common.Kafka;

/// <summary>
/// A real Kafka cluster on loopback, in a temporary folder. Each broker is a process, and a controller as well. The cluster ends
/// with this object or this process, even if that is killed.
/// </summary>
internal sealed partial class KafkaServer : IDisposable
{
    private const int StopSignal = 19, ContinueSignal = 18, TerminateSignal = 15, KillSignal = 9; // Linux.
    private const int PortsOfBroker = 3, Attempts = 3;
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-kafka-").FullName;
    private readonly KafkaSettings _settings;
    private readonly Process _keeper;

    private KafkaServer(int brokers, string settings)
    {
        _settings = new(_folder, FreePorts(brokers * PortsOfBroker), settings);
        _keeper = Keep(_folder);
        try
        {
            foreach (var broker in _settings.Brokers)
                File.WriteAllText(PropertiesOf(broker), _settings.Of(broker));
            Together(Format);
            Together(StartBroker);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Why no cluster can be started on this machine; null where one can.</summary>
    public static string? Absent { get; } = FindAbsent();

    /// <summary>Bootstrap servers without TLS.</summary>
    public string BootstrapServers => _settings.BootstrapServers;

    /// <summary>Bootstrap servers with TLS and SCRAM-SHA-512.</summary>
    public string SecureServers => _settings.SecureServers;

    /// <summary>The brokers' certificate.</summary>
    public LoopbackCertificate Certificate => _settings.Certificate;

    private static string? Home => SharedFolder.Root is { } shared ? Path.Combine(shared, "kafka") : null;

    /// <summary>Starts a cluster; ready when this returns.</summary>
    /// <param name="brokers">1, or 3: then topics have three copies of which two must be in sync.</param>
    /// <param name="settings">Additional lines of server.properties.</param>
    public static KafkaServer Start(int brokers, string settings = "")
    {
        for (var attempt = 1; ; attempt++)
            try
            {
                return new(brokers, settings);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
                // Another process may use a port by now.
            }
    }

    /// <summary>Starts a broker again; ready when this returns.</summary>
    public void StartBroker(int broker) => Run(Path.Combine(Home!, "broker"), _folder, $"{broker}");

    /// <summary>Ends a broker at once, as a crash does.</summary>
    public void Kill(int broker) => Send(broker, KillSignal);

    /// <summary>Shuts a broker down: it hands its partitions over.</summary>
    public void Stop(int broker)
    {
        Send(broker, TerminateSignal);
        for (var started = Stopwatch.GetTimestamp(); IsRunning(broker); Thread.Sleep(20))
            if (Stopwatch.GetElapsedTime(started) > s_timeout)
                throw new InvalidOperationException($"broker {broker} does not stop");
    }

    /// <summary>Suspends a broker: its connections stay open, and it does not answer.</summary>
    public void Freeze(int broker) => Send(broker, StopSignal);

    /// <summary>Resumes a frozen broker.</summary>
    public void Thaw(int broker) => Send(broker, ContinueSignal);

    /// <summary>Ends the brokers and deletes their folder.</summary>
    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit(s_timeout);
        _keeper.Dispose();
    }

    /// <summary>
    /// Starts a shell that waits for the end of its input, which comes with the end of this process, even by kill -9. Then it
    /// kills the brokers and deletes their folder. It ignores the signals that a terminal sends to all processes.
    /// </summary>
    private static Process Keep(string folder)
    {
        const string script = """
            trap : INT TERM HUP
            while read -r _ || [ $? -gt 128 ]; do :; done
            for pid in "$0"/*.pid; do kill -9 "$(cat "$pid")"; done
            rm -rf "$0"
            sleep 0.2
            rm -rf "$0"
            """;
        return Process.Start(new ProcessStartInfo("bash", ["-c", script, folder])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>An action on all brokers at once; throws the first one's exception as it is.</summary>
    private void Together(Action<int> action) =>
        Task.WhenAll(_settings.Brokers.Select(broker => Task.Run(() => action(broker)))).GetAwaiter().GetResult();

    /// <summary>Makes a broker's folder of data.</summary>
    private void Format(int broker) => Run("java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=error", "-cp",
        Path.Combine(Home!, "libs", "*"), "kafka.tools.StorageTool", "format",
        "-t", KafkaSettings.ClusterId, "-c", PropertiesOf(broker));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["KAFKA_HEAP"] = "256m" },
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output.Result}{errors.Result}");
    }

    private void Send(int broker, int signal) => Assert.Equal(0, Signal(ProcessOf(broker), signal));

    private bool IsRunning(int broker) => Signal(ProcessOf(broker), 0) == 0;

    private int ProcessOf(int broker) =>
        int.Parse(File.ReadAllText(Path.Combine(_folder, $"{broker}.pid")), CultureInfo.InvariantCulture);

    private string PropertiesOf(int broker) => Path.Combine(_folder, $"{broker}.properties");

    private static string? FindAbsent()
    {
        if (!OperatingSystem.IsLinux())
            return "real Kafka brokers are started on Linux only";
        if (Home is not { } home || !File.Exists(Path.Combine(home, "broker")))
            return $"no Kafka brokers: {SharedFolder.Absent}, or it has no 'kafka'";
        return Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "java")))
            ? null
            : "no Kafka brokers: no java here (Debian: openjdk-17-jre-headless)";
    }

    /// <summary>
    /// Below the ports that systems give to clients: a client that reconnects to a stopped broker could connect to itself.
    /// </summary>
    private static int[] FreePorts(int count)
    {
        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        var taken = listeners.Select(listener => listener.Port).ToHashSet();
        return [.. Enumerable.Repeat(0, int.MaxValue).Select(_ => Random.Shared.Next(20_000, 32_000))
            .Where(port => !taken.Contains(port) && IsFree(port)).Distinct().Take(count)];
    }

    private static bool IsFree(int port)
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
