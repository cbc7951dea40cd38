using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace TcMgc.Tests.Common.Kafka;

/// <summary>librdkafka's mock cluster: brokers in this process that listen on 127.0.0.1 and can be stopped.</summary>
internal sealed partial class MockBrokers : IDisposable
{
    /// <summary>Number of a request in Kafka's protocol.</summary>
    public const short ListOffsets = 2;

    /// <summary>Number of an error in Kafka's protocol.</summary>
    public const int UnknownTopic = 3, LeaderNotAvailable = 5, NotLeader = 6;

    private const string Library = "librdkafka";
    private const int Producer = 0;
    private const int SetMask = 2; // Linux.
    private readonly int _count;
    private readonly nint _client, _cluster;

    static MockBrokers() => NativeLibrary.SetDllImportResolver(typeof(MockBrokers).Assembly, Resolve);

    public MockBrokers(int count)
    {
        var error = new byte[512];
        _count = count;
        _client = New(Producer, NewSettings(), error, (nuint)error.Length);
        Assert.True(_client != 0, System.Text.Encoding.UTF8.GetString(error));
        _cluster = WithoutSignals(() => NewCluster(_client, count));
        SetRebalanceDelay(_cluster, 0);
        BootstrapServers = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    public string BootstrapServers { get; }

    public void CreateTopic(string name, int partitions) => Assert.Equal(0, CreateTopic(_cluster, name, partitions, _count));

    /// <summary>Stops the first brokers: their connections end, and new ones are refused.</summary>
    public void SetDown(int count)
    {
        for (var broker = 1; broker <= count; broker++)
            Assert.Equal(0, SetDown(_cluster, broker));
    }

    public void SetUp(int count)
    {
        for (var broker = 1; broker <= count; broker++)
            Assert.Equal(0, SetUp(_cluster, broker));
    }

    /// <summary>Answers the next requests of a kind with one error each.</summary>
    public void Refuse(short request, params int[] errors) => PushErrors(_cluster, request, (nuint)errors.Length, errors);

    public void Dispose()
    {
        DestroyCluster(_cluster);
        Destroy(_client);
    }

    /// <summary>
    /// Blocks signals, since the cluster's thread inherits this thread's signal mask. A signal would end all its brokers, and
    /// SIGCHLD may reach it when a child exits. librdkafka blocks signals in its other threads.
    /// </summary>
    private static nint WithoutSignals(Func<nint> create)
    {
        if (!OperatingSystem.IsLinux())
            return create();
        var (all, former) = (new byte[128], new byte[128]);
        Array.Fill(all, byte.MaxValue);
        Assert.Equal(0, SetSignalMask(SetMask, all, former));
        try
        {
            return create();
        }
        finally
        {
            Assert.Equal(0, SetSignalMask(SetMask, former, all));
        }
    }

    /// <summary>The librdkafka that Confluent.Kafka has loaded, one of several builds in its package.</summary>
    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return nint.Zero;
        Confluent.Kafka.Library.Load();
        using var process = Process.GetCurrentProcess();
        var loaded = process.Modules.Cast<ProcessModule>()
            .FirstOrDefault(module => module.ModuleName.Contains(Library, StringComparison.Ordinal));
        // macOS lists no modules, and there is only one build.
        return loaded is null
            ? NativeLibrary.Load(Library, typeof(Confluent.Kafka.Library).Assembly, path)
            : NativeLibrary.Load(loaded.FileName);
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int SetSignalMask(int how, byte[] mask, byte[] former);

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint NewSettings();

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    private static partial nint New(int type, nint settings, byte[] error, nuint errorSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    private static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint NewCluster(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void DestroyCluster(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_group_initial_rebalance_delay_ms")]
    private static partial void SetRebalanceDelay(nint cluster, int milliseconds);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CreateTopic(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int SetDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial int SetUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void PushErrors(nint cluster, short request, nuint count, int[] errors);
}
