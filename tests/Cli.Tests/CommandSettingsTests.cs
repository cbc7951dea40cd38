using Microsoft.Extensions.Configuration;
using TcMgc.Shared;

namespace TcMgc.Cli.Tests;

/// <summary>Which settings commands know.</summary>
public sealed class CommandSettingsTests
{
    [Fact]
    public void Every_section_of_every_part_is_known()
    {
        var sections = typeof(CommandSettings).Assembly.GetReferencedAssemblies()
            .Where(part => part.Name!.StartsWith("TcMgc.", StringComparison.Ordinal))
            .SelectMany(part => System.Reflection.Assembly.Load(part).GetTypes())
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Select(type => type.GetField("Section")?.GetRawConstantValue()).OfType<string>().Order().ToList();

        Assert.Contains("Qdrant", sections);
        Assert.Equal(sections, CommandSettings.Names.Where(name => name.Contains(':'))
            .Select(name => name.Split(':')[0]).Distinct().Order());
    }

    [Theory]
    [InlineData("Searhc:Candidates is no setting; did you mean Search:Candidates?", "Searhc:Candidates=1")]
    [InlineData("S3:Regoin is no setting; did you mean S3:Region?", "S3:Regoin=x")]
    [InlineData("dta is no setting; did you mean Data?; Paint:Colour is no setting; docs/api.md lists all",
        "dta=x", "Paint:Colour=secret")]
    public async Task A_setting_that_is_none_ends_the_program_with_the_nearest(string line, params string[] settings)
    {
        var (status, output, errors) =
            await CommandRun.Of(["serve", .. settings.SelectMany(setting => new[] { "--set", setting })]);

        Assert.Equal((1, "", $"tcmgc: {line}{Environment.NewLine}"), (status, output, errors));
    }

    [Fact]
    public void The_settings_file_is_read_as_strictly_and_keeps_what_ASP_NET_reads()
    {
        using var folder = new ScratchFolder();
        var before = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            File.WriteAllText("appsettings.json", """
                {
                  "Logging": { "LogLevel": { "Default": "Warning" } }, "AllowedHosts": "*", "search": { "candidates": 7 },
                  "Kestrel": { "Certificates": { "Default": { "Path": "a" } } },
                  "Kafka": { "ClientSettings": { "sasl.username": "a" } }
                }
                """);
            var settings = CommandSettings.CreateBuilder(["--OTEL_SERVICE_NAME=a"], "test").Configuration;
            Assert.Equal("7", settings["Search:Candidates"]);

            File.WriteAllText("appsettings.json", """{ "Search": { "Candidates": 7 }, "Limit": { "Queries": 1 } }""");
            var error = Assert.Throws<UserException>(() => CommandSettings.CreateBuilder([], "test"));
            Assert.StartsWith("Limit:Queries is no setting", error.Message, StringComparison.Ordinal);

            File.WriteAllText("appsettings.json", """{ "Search": { "Candidates": [7] } }""");
            error = Assert.Throws<UserException>(() => CommandSettings.CreateBuilder([], "test"));
            Assert.Equal("Search:Candidates takes one value", error.Message);

            File.WriteAllText("appsettings.json", "{\n  \"Search\": {\n");
            error = Assert.Throws<UserException>(() => CommandSettings.CreateBuilder([], "test"));
            Assert.StartsWith("appsettings.json is not valid JSON", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            Environment.CurrentDirectory = before;
        }
    }
}
