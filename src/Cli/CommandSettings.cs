using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.Json;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Hosting.Access;
using TcMgc.Hosting.Audit;
using TcMgc.Hosting.Limits;
using TcMgc.Ingest;
using TcMgc.Ingest.Uploads;
using TcMgc.Ingest.Urls;
using TcMgc.Ingest.Watching;
using TcMgc.Media;
using TcMgc.Model.Store;
using TcMgc.Search;
using TcMgc.Shared;
using TcMgc.Stores;
using TcMgc.Stores.Blobs.S3;
using TcMgc.Stores.Kafka;
using TcMgc.Stores.Qdrant;

namespace TcMgc.Cli;

/// <summary>The settings of commands that run a service or work on its stores: those of all services together.</summary>
internal static class CommandSettings
{
    private static readonly Type[] s_root = [typeof(ServiceOptions), typeof(StorageOptions), typeof(ModelOptions)];

    private static readonly (string Section, Type Options)[] s_sections =
    [
        (AccessOptions.Section, typeof(AccessOptions)),
        (AuditOptions.Section, typeof(AuditOptions)),
        (LimitOptions.Section, typeof(LimitOptions)),
        (UploadOptions.Section, typeof(UploadOptions)),
        (UrlOptions.Section, typeof(UrlOptions)),
        (WatchOptions.Section, typeof(WatchOptions)),
        (DecodeOptions.Section, typeof(DecodeOptions)),
        (MediaOptions.Section, typeof(MediaOptions)),
        (FeaturizeOptions.Section, typeof(FeaturizeOptions)),
        (SearchOptions.Section, typeof(SearchOptions)),
        (S3Options.Section, typeof(S3Options)),
        (KafkaOptions.Section, typeof(KafkaOptions)),
        (QdrantOptions.Section, typeof(QdrantOptions)),
    ];

    /// <summary>What ASP.NET reads itself; OpenTelemetry's begin with OTEL_.</summary>
    private static readonly string[] s_foreign = ["Logging", "Kestrel", "AllowedHosts"];

    /// <summary>Every setting, as SECTION:KEY, or KEY at the root, and whether it is one value.</summary>
    private static readonly Dictionary<string, bool> s_settings = s_root.SelectMany(KeysOf)
        .Concat(s_sections.SelectMany(of => KeysOf(of.Options).Select(key => ($"{of.Section}:{key.Name}", key.IsOneValue))))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every setting, as SECTION:KEY, or KEY at the root.</summary>
    public static IReadOnlyCollection<string> Names => s_settings.Keys;

    /// <summary>
    /// As <see cref="ServiceProgram.CreateBuilder"/>, where a service passes over settings of others. Here they are all known.
    /// </summary>
    /// <exception cref="UserException">A setting is wrong, or one of the settings file or the command line is none.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] settings, string service)
    {
        var builder = ServiceProgram.CreateBuilder(settings, service);
        var wrong = ((IConfigurationRoot)builder.Configuration).Providers // Not variables, which other programs have too.
            .Where(source => source is JsonConfigurationProvider or CommandLineConfigurationProvider)
            .SelectMany(source => Keys(source).Select(key => ReasonFor(key, source))).OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        return wrong.Count == 0 ? builder : throw new UserException(string.Join("; ", wrong));
    }

    /// <summary>What is wrong with a setting beside its value; null where nothing is.</summary>
    private static string? ReasonFor(string key, IConfigurationProvider source)
    {
        if (IsUnknown(key))
            return Typos.Nearest(key, Names) is { } meant
                ? $"{key} is no setting; did you mean {meant}?" : $"{key} is no setting; docs/api.md lists all";
        return s_settings.GetValueOrDefault(key) && source.GetChildKeys([], key).Any() ? $"{key} takes one value" : null;
    }

    private static bool IsUnknown(string key) => !s_settings.ContainsKey(key)
        && !s_foreign.Contains(key.Split(':')[0], StringComparer.OrdinalIgnoreCase)
        && !key.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase);

    /// <summary>The keys of a source; of what lies deeper than in a section only the beginning.</summary>
    private static IEnumerable<string> Keys(IConfigurationProvider source) => source.GetChildKeys([], null).SelectMany(root =>
        source.GetChildKeys([], root).Select(key => $"{root}:{key}").DefaultIfEmpty(root));

    private static IEnumerable<(string Name, bool IsOneValue)> KeysOf(Type options) =>
        options.GetProperties().Where(property => property.SetMethod is not null).Select(property =>
            (property.Name, property.PropertyType.IsValueType || property.PropertyType == typeof(string)));
}
