using System.Diagnostics;
using System.Security.Cryptography;
using TcMgc.Shared;

namespace TcMgc.Cli.Traces;

/// <summary>
/// The Aspire dashboard as a child process: receives this process's telemetry on loopback and shows it in a browser to anyone
/// with the token in its address. It ends when this process ends, even by kill -9.
/// </summary>
internal sealed class TraceDashboard : IAsyncDisposable
{
    /// <summary>
    /// The shell becomes the dashboard. Its background job reads a pipe that closes when this process ends, even by kill -9; then
    /// it kills the dashboard and removes its files. The dashboard ignores signals, so that the last spans still arrive.
    /// </summary>
    private const string Script = """
        trap '' INT QUIT HUP TERM
        exec 3<&0 </dev/null 2>&1
        { cat <&3; kill -KILL $$; rm -rf "$TMPDIR"; } >/dev/null 2>&1 &
        exec 3<&-
        exec "$0"
        """;

    private const string PageListens = "Now listening on: ", ReceiverListens = "OTLP/gRPC listening on: ";

    /// <summary>Export intervals in milliseconds, short for a person who watches. The environment takes precedence.</summary>
    private static readonly string[] s_intervals =
        ["OTEL_BSP_SCHEDULE_DELAY=1000", "OTEL_BLRP_SCHEDULE_DELAY=1000", "OTEL_METRIC_EXPORT_INTERVAL=5000"];

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly string _token;
    private string _receiver = "";
    private Task _draining = Task.CompletedTask;

    private TraceDashboard(Process process, string token)
    {
        _process = process;
        _token = token;
    }

    /// <summary>The page's address, with the token.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Settings of a service that sends its telemetry here.</summary>
    public IEnumerable<string> Settings =>
    [
        $"--OTEL_EXPORTER_OTLP_ENDPOINT={_receiver}", "--OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
        $"--OTEL_EXPORTER_OTLP_HEADERS=x-otlp-api-key={_token}",
        .. s_intervals.Where(interval => Environment.GetEnvironmentVariable(interval.Split('=')[0]) is null)
            .Select(interval => $"--{interval}"),
    ];

    /// <summary>Fetches the dashboard if necessary, starts it and waits until it listens.</summary>
    /// <param name="port">The page's port; 0 for a free one.</param>
    /// <param name="cancel">Ends the wait; the dashboard is stopped.</param>
    /// <exception cref="UserException">It cannot be fetched or started, or the environment sends telemetry elsewhere.</exception>
    public static async Task<TraceDashboard> StartAsync(int port, CancellationToken cancel)
    {
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Order(StringComparer.Ordinal);
        if (variables.FirstOrDefault(ConfiguresExport) is { } variable)
            throw new UserException($"--traces says where telemetry goes, and so does {variable}: leave one of them out");
        var program = await DashboardPackage.ProgramAsync(cancel);
        var token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var dashboard = new TraceDashboard(Process.Start(Command(program, port, token))!, token);
        try
        {
            await dashboard.WaitUntilListeningAsync(cancel);
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
        start.Environment.Clear(); // Settings of this process, or of other Aspire programs, must not reach the dashboard.
        foreach (var (name, value) in new Dictionary<string, string?>
        {
            ["PATH"] = path,
            ["HOME"] = "/dev/null", // So that it keeps its keys in memory.
            ["TMPDIR"] = Directory.CreateTempSubdirectory("tcmgc-traces-").FullName,
            ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", // So that it needs no ICU.
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

    /// <summary>Waits until the log states both addresses; discards the rest of the log.</summary>
    private async Task WaitUntilListeningAsync(CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(s_startTimeout);
        using var ending = limit.Token.Register(_process.StandardInput.Close);
        var last = "it printed nothing";
        while (Url.Length == 0 || _receiver.Length == 0)
        {
            if (await _process.StandardOutput.ReadLineAsync(CancellationToken.None) is not { } line)
            {
                cancel.ThrowIfCancellationRequested();
                throw new UserException($"the trace dashboard ended before it listened: {last}");
            }
            if (line.Trim() is { Length: > 0 } text && !IsStackTrace(text))
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

    /// <summary>Whether a line belongs to the stack trace after an exception's message.</summary>
    private static bool IsStackTrace(string text) =>
        text.StartsWith("at ", StringComparison.Ordinal) || text.StartsWith("---", StringComparison.Ordinal);

    private static bool ConfiguresExport(string variable) => variable == "OTEL_SDK_DISABLED"
        || variable.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal)
        || (variable.StartsWith("OTEL_", StringComparison.Ordinal) && variable.EndsWith("_EXPORTER", StringComparison.Ordinal));
}
