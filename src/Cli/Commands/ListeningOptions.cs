using System.CommandLine;
using System.Net;
using TcMgc.Hosting;

namespace TcMgc.Cli.Commands;

/// <summary>The options that say where <c>tcmgc serve</c> listens.</summary>
internal static class ListeningOptions
{
    public static readonly Option<string> Urls = NewOption.Optional<string>(
        "--urls", $"Where to listen; port 0 takes a free one. Default {new ServiceOptions().Urls}.", "URL");

    public static readonly Option<int?> Port =
        NewOption.Optional<int?>("--port", "Port to listen on; 0 takes a free one.", "PORT");

    public static readonly Option<string?> Host = NewOption.Optional<string?>(
        "--host", "Address to listen on; 0.0.0.0 is every address of this machine, which needs keys.", "ADDRESS");

    /// <summary>Refuses what cannot be listened on, and one thing that is said twice.</summary>
    public static void Validate(System.CommandLine.Parsing.CommandResult result)
    {
        if (result.GetValue(Port) is { } port && port is < 0 or > ushort.MaxValue)
            result.AddError($"--port is {port}; it must be from 0 to {ushort.MaxValue}.");
        if (result.GetValue(Host) is { } host && !IPAddress.TryParse(host, out _) && host != "localhost")
            result.AddError($"--host is '{host}'; it must be localhost or an address of this machine, such as 127.0.0.1.");
        if (result.GetResult(Urls) is not null && (result.GetResult(Port) ?? result.GetResult(Host)) is not null)
            result.AddError("--urls says host and port already; give it alone.");
    }

    /// <summary>The setting that they stand for; none where none is given.</summary>
    public static IEnumerable<string> Given(ParseResult parsed)
    {
        var (host, port, usual) = (parsed.GetValue(Host), parsed.GetValue(Port), new Uri(new ServiceOptions().Urls));
        return host is null && port is null
            ? SettingOption.Given(parsed, Urls, "Urls")
            : [$"--Urls={new UriBuilder(usual.Scheme, host ?? usual.Host, port ?? usual.Port)}"];
    }
}
