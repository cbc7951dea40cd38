using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace TcMgc.Cli.Tests;

/// <summary>THIRD-PARTY-NOTICES.md names every package that ships.</summary>
public sealed class NoticesTests
{
    private static readonly string s_packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    [Fact]
    public void Every_package_that_ships_has_its_row_and_no_row_is_of_another()
    {
        var shipped = Shipped();
        var rows = File.ReadLines(Path.Combine(SharedFolder.RepositoryRoot, "THIRD-PARTY-NOTICES.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Select(line => line.Split('|')[1].Trim()).Skip(2);

        var missing = shipped.Where(package => !rows.Contains(package.Name)).Select(package => package.Row());
        var left = rows.Except(shipped.Select(package => package.Name)).Where(name =>
            !name.StartsWith(".NET", StringComparison.Ordinal));

        Assert.True(!missing.Any(), $"add to THIRD-PARTY-NOTICES.md:\n{string.Join('\n', missing)}");
        Assert.True(!left.Any(), $"take out of THIRD-PARTY-NOTICES.md what ships no more: {string.Join(", ", left)}");
    }

    /// <summary>The packages of the program, which includes every service.</summary>
    private static List<Package> Shipped()
    {
        var libraries = JsonNode.Parse(
            File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "tcmgc.deps.json")))!["libraries"]!.AsObject();
        return [.. from library in libraries
                   where (string?)library.Value!["type"] == "package"
                   let parts = library.Key.Split('/')
                   select new Package(parts[0], parts[1])];
    }

    private sealed record Package(string Name, string Version)
    {
        /// <summary>The row of the table, from the package's description.</summary>
        public string Row()
        {
            var (id, version) = (Name.ToLowerInvariant(), Version.ToLowerInvariant());
            var about = XDocument.Load(Path.Combine(s_packages, id, version, $"{id}.nuspec")).Root!.Elements().First().Elements()
                .ToLookup(element => element.Name.LocalName, element => element.Value.Trim());
            string First(params string[] names) =>
                names.SelectMany(name => about[name]).FirstOrDefault(value => value.Length > 0) ?? "";
            return $"| {Name} | {First("license", "licenseUrl")} | {First("copyright", "authors")} |";
        }
    }
}
