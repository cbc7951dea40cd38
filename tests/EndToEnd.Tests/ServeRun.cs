using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace TcMgc.EndToEnd.Tests;

/// <summary><c>tcmgc serve</c>, and a client of it: in this process, or in one of its own that can be killed.</summary>
internal sealed class ServeRun : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10), s_glance = TimeSpan.FromMilliseconds(100);

    private readonly Run _run;

    private ServeRun(Run run, HttpClient http) => (_run, Http) = (run, http);

    public HttpClient Http { get; }

    private ProgramRun Process => _run as ProgramRun ?? throw new InvalidOperationException("it has no process of its own");

    /// <summary>Starts the service in this process, on a free port, and waits until it listens.</summary>
    public static Task<ServeRun> StartAsync(Workplace place, string data, params string[] settings) =>
        ListeningAsync(CommandRun.Start(Command(place, data, settings)));

    /// <summary>As <see cref="StartAsync"/>, in a process of its own.</summary>
    public static Task<ServeRun> StartProcessAsync(Workplace place, string data, params string[] settings) =>
        ListeningAsync(ProgramRun.Start(Command(place, data, settings)));

    private static string[] Command(Workplace place, string data, string[] settings) =>
        ["serve", "--data", data, "--model", place.Model, "--urls", "http://127.0.0.1:0",
            .. settings.SelectMany(setting => new[] { "--set", setting })];

    /// <summary>As <see cref="StartProcessAsync"/>, with the model that the data folder's index was made with.</summary>
    public static Task<ServeRun> StartAgainAsync(string data, params string[] settings) =>
        StartAtAsync(new("http://127.0.0.1:0"), data, settings);

    /// <summary>As <see cref="StartAgainAsync"/>, at the address of a service that has ended.</summary>
    public static Task<ServeRun> StartAtAsync(Uri address, string data, params string[] settings) =>
        ListeningAsync(ProgramRun.Start(
            ["serve", "--data", data, "--urls", address.ToString().TrimEnd('/'),
                .. settings.SelectMany(setting => new[] { "--set", setting })]));

    /// <summary>
    /// As <see cref="StartProcessAsync"/>, with the data folder on a disk of so many MiB that is mounted on a folder for its
    /// process alone.
    /// </summary>
    public static Task<ServeRun> StartOnDiskAsync(Workplace place, string disk, int size) =>
        ListeningAsync(ProgramRun.StartIn("/",
        "unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=$1m none \"$2\" && shift 2 && exec \"$@\"", "sh", $"{size}", disk,
            .. ProgramRun.Command, "serve", "--data", Path.Combine(disk, "data"), "--model", place.Model,
            "--urls", "http://127.0.0.1:0", "--set", "FreeBytes=0"], []));

    /// <summary>
    /// Lets the service's files have so many bytes at most, as a user's limits do; null: any number. Needs prlimit.
    /// </summary>
    public async Task LimitFilesAsync(long? bytes)
    {
        string[] limit = ["--pid", $"{Process.Id}", $"--fsize={(bytes is { } most ? $"{most}" : "unlimited")}:"];
        using var run = ProgramRun.StartIn("/", "prlimit", limit, []);
        var ended = await run.EndAsync();
        Assert.True(ended.Status == 0, ended.Errors);
    }

    /// <summary>Where this process finds a file that the service finds at a path.</summary>
    public string PathOf(string path) => $"/proc/{Process.Id}/root{path}";

    /// <summary>Starts a service of its own on a free port, and waits until it listens.</summary>
    public static Task<ServeRun> StartServiceAsync(
        string assembly, IEnumerable<string> settings, IEnumerable<KeyValuePair<string, string>> variables) => ListeningAsync(
        ProgramRun.StartProgram(
            assembly, ["--Urls=http://127.0.0.1:0", .. settings.Select(setting => $"--{setting}")], variables));

    /// <summary>
    /// Starts the service with the trace dashboard, and waits until both listen; gives the dashboard's address.
    /// </summary>
    /// <exception cref="InvalidOperationException">It ended; the message holds what it said.</exception>
    public static async Task<(ServeRun Run, Uri Traces)> StartTracedAsync(Workplace place, string data)
    {
        var run = ProgramRun.Start("serve", "--data", data, "--model", place.Model, "--urls", "http://127.0.0.1:0", "--traces");
        var traces = await run.LineAsync("traces at ");
        return (await ListeningAsync(run), new(traces.Split(' ')[^1]));
    }

    private static async Task<ServeRun> ListeningAsync(Run run)
    {
        var listening = await run.LineAsync("listening on ");
        return new(run, new(new DescribedAnswers()) { BaseAddress = new(listening.Split(' ')[^1]), Timeout = s_patience });
    }

    /// <summary>What asks a service to stop.</summary>
    public void Terminate() => Process.Terminate();

    /// <summary>What Ctrl-C does.</summary>
    public void Interrupt() => Process.Interrupt();

    /// <summary>What kill -9 does.</summary>
    public void Kill() => Process.Kill();

    public Task<Ended> EndAsync() => _run.EndAsync();

    /// <summary>The answer to an upload, whatever it is.</summary>
    public async Task<HttpResponseMessage> UploadAsync(string clip) =>
        await Http.PostAsync("/api/v1/videos", new ByteArrayContent(await File.ReadAllBytesAsync(clip)));

    /// <summary>Asks about a video until it is in a state.</summary>
    public async Task<JsonElement> UntilAsync(string video, string state)
    {
        using var limit = new CancellationTokenSource(s_patience);
        for (; ; await Task.Delay(s_glance, limit.Token))
        {
            using var response = await Http.GetAsync($"/api/v1/videos/{video}", limit.Token);
            if (response.StatusCode == HttpStatusCode.OK && await response.Content.ReadFromJsonAsync<JsonElement>(
                limit.Token) is var entry
                && entry.GetProperty("state").GetString() == state)
                return entry;
        }
    }

    /// <summary>Asks for the list of videos until it has some.</summary>
    public async Task<JsonElement[]> UntilListedAsync(int videos)
    {
        using var limit = new CancellationTokenSource(s_patience);
        for (; ; await Task.Delay(s_glance, limit.Token))
            if ((await Http.GetFromJsonAsync<JsonElement>("/api/v1/videos", limit.Token)).GetProperty("videos") is var listed
                && listed.GetArrayLength() == videos)
                return [.. listed.EnumerateArray()];
    }

    /// <summary>Why a check of /readyz is not healthy; null where it is.</summary>
    public async Task<string?> ReadyzAsync(string check)
    {
        using var response = await Http.GetAsync("/readyz");
        var said = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks").GetProperty(check);
        return said.TryGetProperty("reason", out var reason) ? reason.GetString() : null;
    }

    /// <summary>Asks until a check is not healthy for a reason.</summary>
    public async Task UntilReadyzAsync(string check, string reason)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while ((await ReadyzAsync(check))?.Contains(reason, StringComparison.Ordinal) is not true)
            await Task.Delay(s_glance, limit.Token);
    }

    /// <summary>Asks until it is ready.</summary>
    public async Task UntilReadyzAsync()
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (true)
        {
            using var response = await Http.GetAsync("/readyz", limit.Token);
            if (response.StatusCode == HttpStatusCode.OK)
                return;
            await Task.Delay(s_glance, limit.Token);
        }
    }

    /// <summary>The JSON of an answer that must be of a status.</summary>
    public static async Task<JsonElement> JsonAsync(HttpResponseMessage response, HttpStatusCode status = HttpStatusCode.OK)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{(int)response.StatusCode}: {body}");
        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }

    /// <summary>The stable type of a problem that must be of a status.</summary>
    public static async Task<string?> ProblemAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        var problem = await JsonAsync(response, status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return problem.GetProperty("type").GetString()?.Split(':')[^1];
    }

    /// <summary>The reason of an answer that a store is away; it must say when to try again.</summary>
    public static async Task<string> UnavailableAsync(HttpResponseMessage response)
    {
        var problem = await JsonAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(response.Headers.RetryAfter);
        return problem.GetProperty("detail").GetString()!;
    }

    public void Dispose()
    {
        Http.Dispose();
        _run.Dispose();
    }
}
