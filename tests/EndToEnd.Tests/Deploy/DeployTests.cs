using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using TcMgc.Featurizer;
using TcMgc.Hosting;
using TcMgc.Ingest;
using TcMgc.Media;
using TcMgc.Model.Store;
using TcMgc.Search;
using TcMgc.Search.Query;
using TcMgc.Shared.Configuration;
using TcMgc.Shared.Events;
using TcMgc.Stores;
using TcMgc.Stores.Sqlite;

namespace TcMgc.EndToEnd.Tests.Deploy;

/// <summary>
/// No engine runs here; what the files of deployment name must at least exist: paths, ports, settings, groups, topics, metrics.
/// </summary>
public sealed partial class DeployTests
{
    private const string Ours = "TCMGC_";

    private static readonly Assembly[] s_assemblies =
        [typeof(StorageOptions).Assembly, typeof(ServiceOptions).Assembly, typeof(DecodeOptions).Assembly,
            typeof(FeaturizeOptions).Assembly, typeof(SearchOptions).Assembly, typeof(MediaOptions).Assembly];

    /// <summary>Records of settings by their section; those of the root have none.</summary>
    private static readonly ILookup<string, Type> s_options = s_assemblies.SelectMany(assembly => assembly.GetExportedTypes())
        .Append(typeof(ModelOptions))
        .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && type.GetConstructor([]) is not null)
        .ToLookup(type => (string?)type.GetField("Section")?.GetRawConstantValue() ?? "");

    /// <summary>Variables that OpenTelemetry defines.</summary>
    private static readonly string[] s_telemetry = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_LOGS_EXPORTER"];

    private static JsonObject Compose { get; } = Yaml.Read(InRoot("docker-compose.yml"))[0];

    private static JsonObject Services => (JsonObject)Compose["services"]!;

    private static List<JsonObject> Manifests { get; } = [
        .. Directory.EnumerateFiles(InRoot("deploy/kubernetes"), "*.yaml", SearchOption.AllDirectories)
        .Where(file => Path.GetFileName(file) != "kustomization.yaml").SelectMany(Yaml.Read)];

    [Fact]
    public void Every_variable_of_a_service_is_a_setting_that_the_code_accepts()
    {
        foreach (var (place, environment) in Environments())
        {
            var configuration =
                Configuration(environment.Where(variable => variable.Key.StartsWith(Ours, StringComparison.Ordinal))
                .Select(variable => (variable.Key[Ours.Length..].Replace("__", ":", StringComparison.Ordinal), variable.Value)));
            Assert.NotEmpty(configuration.GetChildren());
            Assert.All(
                configuration.GetChildren(), child => Assert.True(IsSetting(child), $"{place}: {child.Key} is no setting"));
            foreach (var section in s_options)
                foreach (var type in section)
                    Assert.Null(Refusal(type, configuration, section.Key));
            Assert.All(environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)),
                name => Assert.Contains(name, s_telemetry));
        }
    }

    [Fact]
    public void A_variable_that_is_no_setting_would_be_noticed()
    {
        var configuration =
            Configuration(
                [("Kafka:Brokers", "kafka:9092"), ("Kafak:BootstrapServers", "kafka:9092"), ("Vektors", "qdrant"),
                    ("Events", "rabbit")]);

        Assert.Contains("Kafka:Brokers is no setting", Refusal(Assert.Single(s_options["Kafka"]), configuration, "Kafka"),
            StringComparison.Ordinal);
        Assert.Contains("Events is 'rabbit'", Refusal(typeof(StorageOptions), configuration, ""), StringComparison.Ordinal);
        Assert.Equal(
            ["Kafak", "Vektors"], configuration.GetChildren().Where(child => !IsSetting(child)).Select(child => child.Key));
    }

    [Fact]
    public void Every_path_that_compose_names_exists()
    {
        foreach (var (name, service) in Services)
        {
            foreach (var source in Strings(service!["volumes"]).Where(volume => volume.Contains(':', StringComparison.Ordinal))
                .Select(volume => volume.Split(':')[0]))
                Assert.True(source == "./models" // The user's, who pulls or trains them.
                    || (source.StartsWith("./", StringComparison.Ordinal)
                    ? Path.Exists(InRoot(source)) : Compose["volumes"]!.AsObject().ContainsKey(source)), $"{name}: {source}");
            if (service["build"] is { } build)
                Assert.Contains(
                    $" AS {build["target"]}\n", File.ReadAllText(InRoot((string)build["dockerfile"]!)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_host_that_is_named_is_a_service_of_compose()
    {
        string[] files = ["docker-compose.yml", "deploy/collector/collector.yaml", "deploy/prometheus/prometheus.yml",
            "deploy/grafana/provisioning/datasources/datasources.yaml"];
        var hosts = files.SelectMany(file => Hosts().Matches(File.ReadAllText(InRoot(file))).Select(host => host.Groups[1].Value))
            .ToHashSet();

        Assert.Superset(new HashSet<string> { "kafka", "qdrant", "collector", "prometheus", "jaeger" }, hosts);
        Assert.All(hosts, host => Assert.True(Services.ContainsKey(host), host));
    }

    [Fact]
    public void Ports_are_those_that_the_services_listen_on()
    {
        Assert.All(Environments().Where(one => one.Environment.ContainsKey("TCMGC_URLS")),
            one => Assert.Equal("http://0.0.0.0:8080", one.Environment["TCMGC_URLS"]));
        Assert.All(Services.Where(service => service.Value!["build"] is not null)
            .SelectMany(service => Strings(service.Value!["ports"])),
            port => Assert.EndsWith(":8080", port, StringComparison.Ordinal));
        Assert.All(Containers(), container => Assert.Equal("8080", (string)container["ports"]![0]!["containerPort"]!));
        Assert.All(Dockerfiles(), file => Assert.Contains("\nEXPOSE 8080\n", file, StringComparison.Ordinal));
    }

    [Fact]
    public void Probes_ask_what_the_services_answer()
    {
        string[] probes = ["startupProbe", "livenessProbe", "readinessProbe"];
        var paths = Containers().SelectMany(container => probes.Select(probe => (string)container[probe]!["httpGet"]!["path"]!))
            .Concat(Dockerfiles().Select(file => HealthCheck().Match(file).Groups[1].Value)).Distinct();

        Assert.Equal(["/healthz", "/readyz"], paths.Order(StringComparer.Ordinal));
        Assert.All(paths, path => Assert.Contains($"= \"{path}\"", EmittedMetrics.Sources, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_run_the_programs_of_projects_and_not_as_root()
    {
        foreach (var file in Dockerfiles())
        {
            Assert.All(ProgramsOf(file), program =>
                Assert.True(File.Exists(InRoot($"src/{program}/Program.cs"))
                    && file.Contains($"/out/{program} .\n", StringComparison.Ordinal), program));
            Assert.Matches(@"^\nUSER (\$APP_UID|1654)\n", file[file.LastIndexOf("\nUSER ", StringComparison.Ordinal)..]);
        }
        Assert.Equal(
            ["Cli", "Featurizer", "Ingest", "Search"],
            Dockerfiles().SelectMany(ProgramsOf).Distinct().Order(StringComparer.Ordinal));
    }

    /// <summary>A misspelt property would build an image for processors, without a word.</summary>
    [Fact]
    public void The_image_for_gpus_is_built_with_libtorch_for_gpus_and_the_others_are_not()
    {
        var model = File.ReadAllText(InRoot("src/Model/Model.csproj"));
        var asked = Dockerfiles().Select(file => BuildProperty().Matches(file)
            .Select(one => (Name: one.Groups[1].Value, Value: one.Groups[2].Value)).Where(one => one.Name != "UseAppHost")
            .ToList()).ToList();

        Assert.Empty(asked[0]);
        Assert.Contains(("Torch", "cuda"), asked[1]);
        Assert.All(asked[1], one => Assert.Contains($"'$({one.Name})' == '{one.Value}'", model, StringComparison.Ordinal));
        Assert.Contains("""<PackageReference Include="TorchSharp-cuda-linux" Condition="'$(Torch)' == 'cuda'" />""", model,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ingest", DecodeWorker.Group, Topics.Uploaded)]
    [InlineData("featurizer", EncodeWorker.Group, Topics.Decoded)]
    public void Workers_scale_on_the_lag_of_their_group_and_not_beyond_the_partitions(string name, string group, string topic)
    {
        var settings = OfKind("ConfigMap").Single()["data"]!;
        var scaled = OfKind("ScaledObject").Single(manifest => NameOf(manifest) == name)["spec"]!;
        var trigger = scaled["triggers"]![0]!["metadata"]!;

        Assert.Equal((group, topic), ((string)trigger["consumerGroup"]!, (string)trigger["topic"]!));
        Assert.Equal((string?)settings["TCMGC_KAFKA__BOOTSTRAPSERVERS"], (string?)trigger["bootstrapServers"]);
        Assert.InRange(Number(scaled["maxReplicaCount"]), 1, Number(settings["TCMGC_KAFKA__PARTITIONS"]));
        Assert.Contains(OfKind("Deployment"), deployment => NameOf(deployment) == (string)scaled["scaleTargetRef"]!["name"]!);
    }

    [Fact]
    public void Every_manifest_is_listed_and_what_a_pod_mounts_is_there()
    {
        var listed = Strings(Yaml.Read(InRoot("deploy/kubernetes/base/kustomization.yaml"))[0]["resources"])
            .Append("kustomization.yaml");
        var claims = OfKind("PersistentVolumeClaim").Select(NameOf).ToHashSet();

        Assert.Equal(Directory.EnumerateFiles(InRoot("deploy/kubernetes/base")).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        foreach (var pod in OfKind("Deployment").Select(manifest => manifest["spec"]!["template"]!["spec"]!)
            .Where(pod => pod["volumes"] is not null))
        {
            var volumes = pod["volumes"]!.AsArray();
            Assert.All(volumes.Where(volume => volume!["persistentVolumeClaim"] is not null),
                volume => Assert.Contains((string)volume!["persistentVolumeClaim"]!["claimName"]!, claims));
            Assert.Equal(volumes.Select(volume => (string)volume!["name"]!).Order(StringComparer.Ordinal),
                pod["containers"]![0]!["volumeMounts"]!.AsArray().Select(mount => (string)mount!["name"]!)
                .Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void What_is_stopped_has_the_time_to_drain_that_it_is_set_to_take()
    {
        static TimeSpan Drain(JsonNode settings) =>
            TimeSpan.Parse((string)settings["TCMGC_DRAIN"]!, CultureInfo.InvariantCulture);
        var closing = TimeSpan.FromSeconds(5); // ServiceProgram adds as much to the host's own limit.
        var drain = Drain(OfKind("ConfigMap").Single()["data"]!);

        Assert.All(
            OfKind("Deployment").Select(manifest => manifest["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"])
            .OfType<JsonNode>(),
            grace => Assert.True(TimeSpan.FromSeconds(Number(grace)) > drain + closing));
        Assert.All(Services.Select(service => service.Value!).Where(service => service["build"] is not null), service =>
            Assert.True(
                TimeSpan.FromSeconds(
                    int.Parse(((string)service["stop_grace_period"]!).TrimEnd('s'), CultureInfo.InvariantCulture)) > Drain(
                        service["environment"]!) + closing));
    }

    [Fact]
    public void Containers_are_limited_and_may_do_nothing_that_they_need_not()
    {
        Assert.All(Services, service => Assert.NotNull(service.Value!["deploy"]?["resources"]?["limits"]?["memory"]));
        foreach (var service in Services.Select(service => service.Value!).Where(service => service["build"] is not null))
            Assert.Equal(("true", "ALL", "no-new-privileges:true"),
                ((string)service["read_only"]!, Strings(service["cap_drop"]).Single(), Strings(service["security_opt"])
                    .Single()));
        foreach (var manifest in OfKind("Deployment"))
            Assert.NotNull(manifest["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"]?["limits"]?["memory"]);
        foreach (var container in Containers())
        {
            var may = container["securityContext"]!;
            Assert.Equal(
                ("false", "true", "ALL"),
                ((string)may["allowPrivilegeEscalation"]!, (string)may["readOnlyRootFilesystem"]!, Strings(
                    may["capabilities"]!["drop"]).Single()));
        }
    }

    [Fact]
    public void What_validates_these_files_is_pinned()
    {
        var wanted = JsonNode.Parse(File.ReadAllText(InRoot("deploy/check/package.json")))!["devDependencies"]!.AsObject();
        var locked = JsonNode.Parse(File.ReadAllText(InRoot("deploy/check/package-lock.json")))!["packages"]!.AsObject();

        Assert.All(
            wanted, package => Assert.Equal((string?)package.Value, (string?)locked[$"node_modules/{package.Key}"]!["version"]));
        Assert.All(locked.Where(package => package.Key.Length > 0),
            package => Assert.True(package.Value!["integrity"] is not null && package.Value["resolved"] is null, package.Key));
    }

    [Fact]
    public void Every_metric_of_dashboards_and_rules_is_one_that_the_code_emits()
    {
        var expressions = Expressions().ToList();

        Assert.True(expressions.Count > 20);
        foreach (var expression in expressions)
        {
            var bare = Selectors().Replace(Grouping().Replace(expression, " "), " ");
            var names = Words().Matches(bare).Select(word => word.Value).Where(word => word is not ("and" or "or" or "unless"))
                .ToList();
            var matchers = Matchers().Matches(expression).Select(one => (Label: one.Groups[1].Value, Value: one.Groups[2].Value))
                .ToList();
            var labels = Grouping().Matches(expression)
                .SelectMany(
                    group =>
                    group.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                .Concat(matchers.Select(one => one.Label));
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(EmittedMetrics.Names.Contains(name), $"{name} in {expression}"));
            Assert.All(labels, label => Assert.True(EmittedMetrics.Labels.Contains(label), $"{label} in {expression}"));
            Assert.All(matchers.Where(one => one.Label is "messaging_consumer_group_name" or "job"), one =>
                Assert.Contains($"\"{one.Value.TrimEnd('*', '.')}\"", EmittedMetrics.Sources, StringComparison.Ordinal));
        }
    }

    private static string InRoot(string path) => Path.Combine(SharedFolder.RepositoryRoot, path);

    private static IEnumerable<string> Dockerfiles() =>
        new[] { "deploy/Dockerfile", "deploy/Dockerfile.cuda" }.Select(file => File.ReadAllText(InRoot(file)));

    private static IEnumerable<string> ProgramsOf(string dockerfile) =>
        EntryPoint().Matches(dockerfile).Select(one => one.Groups[1].Value is { Length: > 0 } service ? service : "Cli");

    private static IEnumerable<JsonObject> OfKind(string kind) => Manifests.Where(manifest => (string)manifest["kind"]! == kind);

    private static string NameOf(JsonObject manifest) => (string)manifest["metadata"]!["name"]!;

    private static int Number(JsonNode? scalar) => int.Parse((string)scalar!, CultureInfo.InvariantCulture);

    /// <summary>Containers of the base; patches leave most out.</summary>
    private static IEnumerable<JsonNode> Containers() =>
        OfKind("Deployment").Select(manifest => manifest["spec"]!["template"]!["spec"]!["containers"]![0]!)
        .Where(container => container["ports"] is not null);

    private static IEnumerable<string> Strings(JsonNode? list) =>
        list is JsonArray items ? items.Select(item => (string)item!) : [
        ];

    /// <summary>The variables that our services are given, by where.</summary>
    private static IEnumerable<(string Place, Dictionary<string, string> Environment)> Environments()
    {
        foreach (var (name, service) in Services.Where(service => service.Value!["build"] is not null))
            yield return ($"compose: {name}", service!["environment"]!.AsObject()
                .ToDictionary(one => one.Key, one => Defaulted().Replace((string)one.Value!, "$1")));
        foreach (var map in OfKind("ConfigMap"))
            yield return ("ConfigMap", map["data"]!.AsObject().ToDictionary(one => one.Key, one => (string)one.Value!));
        foreach (var container in OfKind("Deployment").Select(
            manifest => manifest["spec"]!["template"]!["spec"]!["containers"]![0]!)
                .Where(container => container["env"] is not null))
            yield return ("patch", container["env"]!.AsArray()
                .ToDictionary(one => (string)one!["name"]!, one => (string)one!["value"]!));
        foreach (var file in Dockerfiles())
            yield return ("Dockerfile", Variables().Matches(file)
                .ToDictionary(one => one.Groups[1].Value, one => one.Groups[2].Value));
    }

    private static IConfigurationRoot Configuration(IEnumerable<(string Key, string Value)> values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(value => KeyValuePair.Create(value.Key, (string?)value.Value))).Build();

    /// <summary>
    /// What a service says at its start where a key is unknown, mistyped or out of range; null where it starts.
    /// </summary>
    private static string? Refusal(Type type, IConfiguration configuration, string section)
    {
        if (section.Length > 0 && !configuration.GetSection(section).Exists())
            return null; // What a section requires is asked for where it is chosen.
        try
        {
            typeof(Settings).GetMethod(nameof(Settings.Read))!.MakeGenericMethod(type).Invoke(null, [configuration, section]);
            return null;
        }
        catch (TargetInvocationException error)
        {
            return error.InnerException!.Message;
        }
    }

    private static bool IsSetting(IConfigurationSection child) => child.Value is null
        ? s_options.Any(
            section => section.Key.Length > 0 && string.Equals(section.Key, child.Key, StringComparison.OrdinalIgnoreCase))
        : s_options[""].Any(
            type => type.GetProperty(
                child.Key, BindingFlags.IgnoreCase | BindingFlags.Public | BindingFlags.Instance) is not null);

    private static IEnumerable<string> Expressions()
    {
        foreach (var group in Yaml.Read(InRoot("deploy/prometheus/rules.yml"))[0]["groups"]!.AsArray())
            foreach (var rule in group!["rules"]!.AsArray())
                yield return (string)rule!["expr"]!;
        foreach (var file in Directory.EnumerateFiles(InRoot("deploy/grafana/dashboards"), "*.json"))
            foreach (var panel in JsonNode.Parse(File.ReadAllText(file))!["panels"]!.AsArray())
                foreach (var target in panel!["targets"]!.AsArray())
                    yield return (string)target!["expr"]!;
    }

    [GeneratedRegex(@"(?:http://|targets: \[""|endpoint: |BOOTSTRAPSERVERS: |QUORUM_VOTERS: 1@)([a-z][a-z-]*):\d+")]
    private static partial Regex Hosts();

    [GeneratedRegex(@"HEALTHCHECK [^\n]*\n[^\n]*127\.0\.0\.1:8080(/\w+)")]
    private static partial Regex HealthCheck();

    [GeneratedRegex(@"ENTRYPOINT \[""dotnet"", ""(?:TcMgc\.(\w+)|tcmgc)\.dll""\]")]
    private static partial Regex EntryPoint();

    [GeneratedRegex(@" -p:(\w+)=(\w+)")]
    private static partial Regex BuildProperty();

    [GeneratedRegex(@"(TCMGC_\w+)=(\S+)")]
    private static partial Regex Variables();

    [GeneratedRegex(@"\$\{\w+:-([^}]*)\}")]
    private static partial Regex Defaulted();

    [GeneratedRegex(@"\b(?:by|on) ?\(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"\{[^}]*\}|\[\w+\]")]
    private static partial Regex Selectors();

    [GeneratedRegex(@"(\w+)=~?""([^""]*)""")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\b[a-z_]\w*\b(?!\s*\()")]
    private static partial Regex Words();
}
