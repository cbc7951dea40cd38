using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TcMgc.Hosting.Access;

namespace TcMgc.Hosting.Tests;

/// <summary>Whatever way a secret comes in, it is in no log, no trace and no answer.</summary>
public sealed class NoSecretsTests : IDisposable
{
    private const string Token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2lnbmF0dXJl";

    private readonly ScratchFolder _data = new();
    private readonly ConcurrentQueue<string> _said = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Keys_cookies_and_tokens_are_in_no_log_no_trace_and_no_answer()
    {
        var (_, valid) = new KeyFile(_data.File(KeyFile.Name)).Add("one", Scopes.All, default);
        string[] secrets = [valid, "tcmgc_0123456789ab_wr0ngs3cret", Token];
        await using var receiver = await LocalServer.StartAsync(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            _said.Enqueue($"exported {Encoding.Latin1.GetString(body.ToArray())}");
        });
        var app = Build(receiver.Url);
        app.MapGet("/search", () => "found").RequireAuthorization(Scopes.Search);
        app.MapGet("/broken", string () => throw new InvalidOperationException("it broke")).RequireAuthorization(Scopes.Search);
        await app.StartAsync();
        await using (app)
        {
            using var handler = new SocketsHttpHandler { UseCookies = false };
            using var http = new HttpClient(handler) { BaseAddress = new(app.Urls.Single()) };
            foreach (var secret in secrets)
                foreach (var path in (string[])["/search", "/broken", "/nowhere"])
                {
                    await AskAsync(http, path, request => request.Headers.Authorization = new("Bearer", secret));
                    await AskAsync(http, path, request => request.Headers.Add("Cookie", $"tcmgc-key={secret}"));
                    await AskAsync(http, "/api/v1/session", request =>
                    {
                        request.Method = HttpMethod.Post;
                        request.Content = JsonContent.Create(new { key = secret });
                    });
                }
        }

        Assert.Contains(_said, said => said.StartsWith("exported ", StringComparison.Ordinal)
            && said.Contains("/broken", StringComparison.Ordinal));
        Assert.Contains(_said, said => said.Contains("it broke", StringComparison.Ordinal));
        foreach (var secret in secrets.Select(secret => secret.Split('_', '.')[^1]))
            Assert.DoesNotContain(_said, said => said.Contains(secret, StringComparison.Ordinal));
    }

    private WebApplication Build(string receiver)
    {
        string[] settings =
        [
            "--Data", _data.Path, "--Urls", "http://127.0.0.1:0", "--Access:Keys", "always",
            "--Access:Authority", "https://127.0.0.1:9", "--Access:Audience", "here", "--Logging:LogLevel:Default", "Trace",
            "--OTEL_EXPORTER_OTLP_ENDPOINT", receiver, "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf",
        ];
        var builder = ServiceProgram.CreateBuilder(settings, "test");
        builder.Services.AddSingleton<ILoggerProvider>(_ => new Listening(_said));
        return builder.BuildService();
    }

    private async Task AskAsync(HttpClient http, string path, Action<HttpRequestMessage> with)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        with(request);
        using var answer = await http.SendAsync(request);
        _said.Enqueue($"answered {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Hears all that is logged.</summary>
    private sealed class Listening(ConcurrentQueue<string> said) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            said.Enqueue($"scope {state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => said.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
