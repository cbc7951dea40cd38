using System.Diagnostics;
using System.Security.Cryptography;
using TcMgc.Shared;

namespace TcMgc.Cli.Traces;

/// <summary>
/// The Aspire dashboard as a child process: takes this process's telemetry on loopback and shows it in a browser, to whoever has
/// the token of its address. It ends with this process, however that ends.
/// </summary>
internal sealed class TraceDashboard : IAsyncDisposable
{
    /// <summary>
    /// The shell becomes the dashboard. What it leaves behind reads a pipe that ends with us, even by kill -9; then it kills the
    /// dashboard and removes its files. Signals are left to us, so that the last spans still arrive.
    /// </summary>
    private const string Script = """
        trap '' INT QUIT HUP TERM
        exec 3<&0 </dev/null 2>&1
        { cat <&3; kill -KILL $$; rm -rf "$TMPDIR"; } >/dev/null 2>&1 &
        exec 3<&-
        exec "$0"
        """;

    private const string PageListens = "Now listening on: ", ReceiverListens = "OTLP/gRPC listening on: ";

    /// <summary>In milliseconds: soon enough for a person who watches. What the environment says goes before.</summary>
    private static readonly string[] s_paces =
        ["OTEL_BSP_SCHEDULE_DELAY=1000", "OTEL_BLRP_SCHEDULE_DELAY=1000", "OTEL_METRIC_EXPORT_INTERVAL=5000"];

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _token;
    private string _receiver = "";
    private Task _draining = Task.CompletedTask;

    private TraceDashboard(Process process, string token) => (_process, _token) = (process, token);

    /// <summary>Where a browser sees it; the token is part of it.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Settings of a service that sends its telemetry here.</summary>
    public IEnumerable<string> Settings =>
    [
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={_receiver}", "--OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
        $"--OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key={_token}",
        .. s_paces.Where(pace => Environment.GetEnvironmentVariable(pace.Split('=')[0]) is null).Select(pace => $"--{pace}"),
    ];

    /// <summary>Fetches the dashboard if need be, starts it and waits until it listens.</summary>
    /// <param name="port">Its page's port; 0 takes a free one.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="UserException">It cannot be fetched or started, or the environment sends telemetry elsewhere.</exception>
    public static async Task<TraceDashboard> StartAsync(int port, CancellationToken cancel)
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal);
        if (variables.FirstOrDefault(SaysWhereTo) is { } variable)
            throw new UserException($"--traces says where telemetry goes, and so does {variable}: leave one of them out");
        var program = await DashboardPackage.ProgramAsync(cancel);
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var dashboard = new TraceDashboard(Process.Start(Command(program, port, token))!, token);
        try
        {
            await dashboard.ListensAsync(cancel);
            return dashboard;
        }
        catch
        {
            await dashboard.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _draining;
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static ProcessStartInfo Command(string program, int port, string token)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var path = start.Environment["PATH"];
        start.Environment.Clear(); // Settings of ours, and of other programs by Aspire, are none of the dashboard's.
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["PATH"] = path,
            ["HOME"] = "/dev/null", // Keeps its keys in memory.
            ["TMPDIR"] = Directory.CreateTempSubdirectory("tcmgc-traces-").FullName,
            ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", // Needs no ICU on the machine.
            ["DOTNET_SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY"] = "0",
            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
            ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://127.0.0.1:0",
            ["ASPIRE_DASHBOARD_TELEMETRY_OPTOUT"] = "true",
            ["ASPIRE_DASHBOARD_AI_DISABLED"] = "true",
            ["Dashboard__Mcp__Disabled"] = "true",
            ["Dashboard__ApplicationName"] = "TcMgc",
            ["Dashboard__Frontend__AuthMode"] = "BrowserToken",
            ["Dashboard__Frontend__BrowserToken"] = token,
            ["Dashboard__Otlp__AuthMode"] = "ApiKey",
            ["Dashboard__Otlp__PrimaryApiKey"] = token,
            ["Dashboard__Api__Enabled"] = "true",
            ["Dashboard__Api__AuthMode"] = "ApiKey",
            ["Dashboard__Api__PrimaryApiKey"] = token,
        })
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Reads its two addresses from its log, and lets the rest go by.</summary>
    private async Task ListensAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_patience);
        using var ending = limit.Token.Register(_process.StandardInput.Close);
        var last = "it printed nothing";
        while (Url.Length == 0 || _receiver.Length == 0)
        {
            if (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is not { } line)
            {
                cancel.ThrowIfCancellationRequested();
                throw new UserException($"the trace dashboard ended before it listened: {last}");
            }
            if (line.Trim() is { Length: > 0 } text && !IsOfStack(text))
                last = text;
            if (After(line, PageListens) is { } page)
                Url = $"{page}/login?t={_token}";
            if (After(line, ReceiverListens) is { } receiver)
                _receiver = receiver;
        }
        _draining = _process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
    }

    private static string? After(string line, string words) =>
        line.IndexOf(words, StringComparison.Ordinal) is >= 0 and var at ? line[(at + words.Length)..].Trim() : null;

    /// <summary>What follows an exception's message.</summary>
    private static bool IsOfStack(string text) =>
        text.StartsWith("at ", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal);

    private static bool SaysWhereTo(string variable) => variable == "OTEL_SDK_DISABLED"
        || variable.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal)
        || (variable.StartsWith("OTEL_", StringComparison.Ordinal) && variable.EndsWith("_EXPORTER", StringComparison.Ordinal));
}
