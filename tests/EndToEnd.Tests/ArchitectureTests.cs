using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace TcMgc.EndToEnd.Tests;

/// <summary>The rooms of the house and the arrows between them, as docs/architecture.md draws them.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What each project may use; nothing else of the house.</summary>
    private static readonly Dictionary<string, string[]> s_arrows = new()
    {
        ["Shared"] = [],
        ["Model"] = [],
        ["Client"] = [],
        ["Stores"] = ["Shared"],
        ["Hosting"] = ["Shared", "Stores"],
        ["Media"] = ["Shared"],
        ["Training"] = ["Shared", "Media", "Model"],
        ["Ingest"] = ["Client", "Shared", "Stores", "Hosting", "Media"],
        ["Featurizer"] = ["Shared", "Stores", "Hosting", "Model"],
        ["Search"] = ["Client", "Shared", "Stores", "Hosting", "Media", "Model"],
        ["Cli"] = ["Shared", "Stores", "Hosting", "Media", "Model", "Training", "Ingest", "Featurizer", "Search", "Client"],
    };

    private static readonly Architecture s_house = new ArchLoader().LoadAssemblies(
        [.. s_arrows.Keys.Select(project => System.Reflection.Assembly.Load(project == "Cli" ? "tcmgc" : $"TcMgc.{project}"))])
            .Build();

    public static TheoryData<string> Projects => [.. s_arrows.Keys];

    /// <summary>A package, and the only namespaces that use it.</summary>
    public static TheoryData<string, string> Packages => new()
    {
        { "Confluent.Kafka", "Stores.Kafka" },
        { "Qdrant.Client", "Stores.Qdrant" },
        { "Amazon", "Stores.Blobs.S3" },
        { "Microsoft.Data.Sqlite", "Stores.Sqlite|Cli.Benchmarks|Cli.Soak" },
        { "FFMpegCore", "Media" },
        { "TorchSharp", "Model|Training" },
        { "Polly", "Stores|Hosting|Model.Hub" },
        { "System.CommandLine", "Cli" },
        { "Spectre.Console", "Cli" },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_uses_only_those_that_its_arrows_point_to(string project)
    {
        var others = s_arrows.Keys.Except([project, .. s_arrows[project]]).ToArray();
        if (others.Length > 0)
            NoUse(In(project), In(string.Join('|', others))).Check(s_house);
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void A_package_is_used_in_one_place(string package, string place) =>
        NoUse(NotIn(place), $@"^{package.Replace(".", @"\.", StringComparison.Ordinal)}(\.|$)").Check(s_house);

    [Fact]
    public void Only_the_adapters_know_each_other_and_the_rest_knows_their_ports() =>
        NoUse(In("Ingest|Featurizer|Search"), In("Stores\\.(Kafka|Qdrant|Blobs)")).Check(s_house);

    /// <summary>They have <c>CollectionCatalog</c>, which shows the request's collection alone.</summary>
    [Fact]
    public void No_endpoint_knows_the_catalog_of_all_collections() =>
        Types().That().ResideInNamespaceMatching(In("Ingest|Search")).And().HaveNameMatching("Endpoints?$")
            .Should().NotDependOnAny(Types(true).That().HaveFullName("TcMgc.Shared.Catalog.ICatalog")).Check(s_house);

    /// <summary>The command line also starts itself, dotnet and the dashboard of traces.</summary>
    [Fact]
    public void Only_Media_and_the_command_line_start_programs() =>
        Types().That().ResideInNamespaceMatching(NotIn("Media|Cli"))
            .Should().NotDependOnAny(Types(true).That().HaveFullName("System.Diagnostics.Process")).Check(s_house);

    private static string In(string places) => $@"^TcMgc\.({places})(\.|$)";

    private static string NotIn(string places) => $@"^TcMgc\.(?!({places})(\.|$))";

    /// <summary>The rule that no type of one namespace depends on a type of another.</summary>
    private static ArchRule<IType> NoUse(string from, string to) =>
        Types().That().ResideInNamespaceMatching(from)
            .Should().NotDependOnAny(Types(true).That().ResideInNamespaceMatching(to)).WithoutRequiringPositiveResults();
}
