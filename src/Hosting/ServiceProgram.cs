using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;
using TcMgc.Stores;

namespace TcMgc.Hosting;

/// <summary>
/// The common part of all service programs: configuration, logs, health, problem details, orderly shutdown.
/// </summary>
public static class ServiceProgram
{
    private const int Failed = 1;

    /// <summary>
    /// A builder with the configuration of appsettings.json in the working folder, then the environment (TCMGC_DATA,
    /// TCMGC_SEARCH__CANDIDATES …), then the command line (--data DIR, --Search:Candidates 200 …). Later sources take precedence.
    /// </summary>
    /// <param name="args">The command line.</param>
    /// <param name="service">Name of the service in telemetry, unless OTEL_SERVICE_NAME is set.</param>
    /// <exception cref="UserException">A setting is wrong; the message names its key.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args, string service)
    {
        WebApplicationBuilder builder;
        try
        {
            builder =
                WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = Environment.CurrentDirectory });
            builder.Configuration.Sources.Clear();
            builder.Configuration.AddInMemoryCollection(Telemetry.Variables()).AddJsonFile("appsettings.json", optional: true)
                .AddEnvironmentVariables("TCMGC_").AddCommandLine(args);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException)
        {
            throw new UserException(error.GetBaseException() is JsonException { LineNumber: { } line }
                ? $"appsettings.json is not valid JSON; what is wrong shows in line {line + 1}"
                : error.InnerException is { } cause ? $"{error.Message} {cause.Message}" : error.Message, error);
        }
        builder.WithDefaults();
        Telemetry.Add(builder, service);
        ApiDocument.Add(builder.Services);
        return builder;
    }

    /// <summary>
    /// Builds the service with problem details for every error, <c>/healthz</c>, <c>/readyz</c>, <c>/openapi.json</c> and
    /// <c>/docs</c>.
    /// </summary>
    public static WebApplication BuildService(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var app = builder.Build();
        app.UseExceptionHandler();
        app.Use(DropWhatIsNotSentAsync);
        app.UseAccess();
        CatalogGate.Use(app);
        app.MapHealth();
        ApiDocument.Map(app);
        return app;
    }

    /// <summary>Where a range lies past the end of a file, the answer has its own length and type, not the file's.</summary>
    private static async Task DropWhatIsNotSentAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response is { StatusCode: StatusCodes.Status416RangeNotSatisfiable, HasStarted: false } answer)
            (answer.ContentLength, answer.ContentType) = (null, null);
    }

    /// <summary>Builds and runs a service until it is asked to stop (SIGTERM, Ctrl-C) or one of its workers fails.</summary>
    /// <param name="build">Builds the service.</param>
    /// <param name="isForUser">
    /// Whether the message of an error other than <see cref="UserException"/> is one line for the user; null: never.
    /// </param>
    /// <returns>The program's exit status: 0 after a requested stop, 1 after a failure, which is printed in one line.</returns>
    public static async Task<int> RunAsync(Func<Task<WebApplication>> build, Func<Exception, bool>? isForUser = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        try
        {
            var app = await build();
            await using (app)
                await app.RunUntilStoppedAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception error) when (error is UserException || isForUser?.Invoke(error) is true)
        {
            await Console.Error.WriteLineAsync($"tcmgc: {error.Message}");
            return Failed;
        }
    }

    /// <summary>Runs a service until it is asked to stop, by signal or token.</summary>
    /// <exception cref="UserException">It cannot listen, or a worker failed for a reason that the user can fix.</exception>
    public static async Task RunUntilStoppedAsync(this WebApplication app, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(app);
        using var fileSize = IgnoreFileSizeSignal();
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new UserException($"Urls: cannot listen there: {error.Message}", error);
        }
        await Console.Out.WriteLineAsync($"listening on {string.Join(' ', app.Urls)}");
        await app.WaitForShutdownAsync(stop);
        app.Services.GetRequiredService<WorkerFailure>().ThrowIfAny();
    }

    /// <summary>
    /// A write beyond a limit on the size of files then fails like one to a full disk; by default the system ends the process.
    /// </summary>
    private static PosixSignalRegistration? IgnoreFileSizeSignal()
    {
        const PosixSignal fileSizeExceeded = (PosixSignal)25; // SIGXFSZ of Linux and macOS.
        return OperatingSystem.IsWindows() ? null
            : PosixSignalRegistration.Create(fileSizeExceeded, signal => signal.Cancel = true);
    }

    private static void WithDefaults(this WebApplicationBuilder builder)
    {
        var options = Settings.Read<ServiceOptions>(builder.Configuration);
        builder.AddAccess(options);
        builder.AddLimits();
        AddAudit(builder);
        builder.WebHost.UseUrls(options.Urls).UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        AddLogs(builder, options.LogFormat);
        builder.Services
            .AddSingleton(TimeProvider.System)
            .AddSingleton(options)
            .AddSingleton<WorkerFailure>()
            .Configure<HostOptions>(host => host.ShutdownTimeout = options.Drain + TimeSpan.FromSeconds(5))
            .ConfigureHttpJsonOptions(http => Configure(http.SerializerOptions))
            .AddProblemDetails(details => details.CustomizeProblemDetails = Problems.Complete)
            .AddExceptionHandler<ProblemHandler>()
            .Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true)
            .AddHealthChecks().AddCheck<Readiness>("service");
    }

    private static void AddAudit(WebApplicationBuilder builder)
    {
        var options = Settings.Read<AuditOptions>(builder.Configuration, AuditOptions.Section);
        var folder = Settings.Read<StorageOptions>(builder.Configuration).Data;
        builder.Services.AddSingleton(services => new AuditLog(folder, options, services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger(AuditLog.Category)));
    }

    /// <summary>Logs to standard error; JSON logs include trace and span ids.</summary>
    private static void AddLogs(WebApplicationBuilder builder, LogFormat format)
    {
        const string time = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        builder.Logging.ClearProviders().AddConfiguration(builder.Configuration.GetSection("Logging"))
            .AddFilter("Microsoft", LogLevel.Warning)
            // What keeps a host from starting is told once, in one line; workers tell their own failures.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            .Configure(log => log.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (format == LogFormat.Json)
            builder.Logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.TimestampFormat = time.TrimEnd();
                console.UseUtcTimestamp = true;
            });
        else
            builder.Logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.ColorBehavior = Terminal.HasColours ? LoggerColorBehavior.Enabled : LoggerColorBehavior.Disabled;
                console.TimestampFormat = time;
                console.UseUtcTimestamp = true;
            });
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    /// <summary>
    /// The format of the command line's JSON. Requests with unknown members, numbers in quotes, or null for a required value, are
    /// refused.
    /// </summary>
    private static void Configure(JsonSerializerOptions json)
    {
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
    }
}
