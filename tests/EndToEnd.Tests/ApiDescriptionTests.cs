using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using Microsoft.OpenApi.Reader;
using TcMgc.Client;
using TcMgc.Shared.Transcripts;

namespace TcMgc.EndToEnd.Tests;

/// <summary>docs/openapi.json, which <see cref="ServeApiTests"/> holds to be what the service says of itself.</summary>
public sealed class ApiDescriptionTests
{
    private static readonly string s_json =
        File.ReadAllText(Path.Combine(SharedFolder.RepositoryRoot, "docs", "openapi.json"));

    private static readonly ReadResult s_read = OpenApiDocument.Parse(
        s_json, "json", new() { RuleSet = ValidationRuleSet.GetDefaultRuleSet() });

    private static readonly JsonSerializerOptions s_strict = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    private static IEnumerable<(string Path, HttpMethod Method, OpenApiOperation Operation)> Operations =>
        s_read.Document!.Paths.SelectMany(path => path.Value.Operations!.Select(one => (path.Key, one.Key, one.Value)));

    [Fact]
    public void It_is_valid()
    {
        Assert.Empty(s_read.Diagnostic!.Errors.Select(error => $"{error.Pointer}: {error.Message}"));
        Assert.Empty(s_read.Diagnostic.Warnings.Select(warning => $"{warning.Pointer}: {warning.Message}"));
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_a_summary_and_a_success()
    {
        Assert.Equal(Operations.Count(), Operations.Select(one => one.Operation.OperationId).Distinct().Count());
        Assert.All(Operations, one =>
        {
            Assert.NotEmpty(one.Operation.OperationId!);
            Assert.NotEmpty(one.Operation.Summary!);
            Assert.Contains(one.Operation.Responses!.Keys, status => status.StartsWith('2'));
        });
    }

    [Fact]
    public void Every_parameter_says_what_it_is() => Assert.All(
        Operations.SelectMany(one => (one.Operation.Parameters ?? []).Select(parameter => (one, parameter))),
        each => Assert.False(
            string.IsNullOrEmpty(each.parameter.Description), $"{each.one.Method} {each.one.Path} {each.parameter.Name}"));

    [Fact]
    public void An_upload_in_parts_can_be_made_with_the_headers_that_are_described()
    {
        var uploads = Operations.Where(one => one.Path.StartsWith("/api/v1/uploads", StringComparison.Ordinal))
            .ToDictionary(one => one.Operation.OperationId!, one => one.Operation);

        Assert.Equal(["Tus-Resumable", "Upload-Length"], Required("createUpload"));
        Assert.Equal(["Tus-Resumable", "Upload-Offset"], Required("continueUpload"));
        Assert.Equal(["Tus-Resumable"], Required("uploadOffset"));
        Assert.Contains("Location", uploads["createUpload"].Responses!["201"].Headers!.Keys);
        Assert.Contains("Upload-Offset", uploads["uploadOffset"].Responses!["200"].Headers!.Keys);
        Assert.Contains("Content-Location", uploads["continueUpload"].Responses!["204"].Headers!.Keys);
        Assert.Contains("Tus-Max-Size", uploads["uploadCapabilities"].Responses!["204"].Headers!.Keys);

        IEnumerable<string> Required(string operation) => uploads[operation].Parameters!
            .Where(one => one.In == ParameterLocation.Header && one.Required).Select(one => one.Name!);
    }

    [Fact]
    public void Every_part_of_a_path_that_is_a_parameter_is_described()
    {
        foreach (var (path, method, operation) in Operations)
            Assert.True(path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')).ToHashSet()
                .SetEquals((operation.Parameters ?? []).Where(one => one.In == ParameterLocation.Path).Select(one => one.Name!)),
                $"{method} {path}");
    }

    [Fact]
    public void Every_member_of_what_is_read_and_written_is_described_and_required_only_where_it_is_never_null()
    {
        var members = s_read.Document!.Components!.Schemas!.SelectMany(one => (one.Value.Properties ?? new Dictionary<string,
            IOpenApiSchema>()).Select(member => (Name: $"{one.Key}.{member.Key}", Schema: member.Value,
                IsRequired: one.Value.Required?.Contains(member.Key) is true))).ToList();

        Assert.Empty(members.Where(one => one.Schema.Description is null
            && one.Schema.OneOf?.Any(kind => kind.Description is not null) is not true).Select(one => one.Name));
        Assert.Empty(members.Where(one => one.IsRequired && (IsNull(one.Schema) || one.Schema.OneOf?.Any(IsNull) is true))
            .Select(one => one.Name));

        static bool IsNull(IOpenApiSchema schema) => schema.Type?.HasFlag(JsonSchemaType.Null) is true;
    }

    [Fact]
    public void Every_answer_to_a_GET_that_has_a_body_says_of_what_type() => Assert.All(
        Operations.Where(one => one.Method == HttpMethod.Get)
            .SelectMany(one => one.Operation.Responses!, (one, answer) => (one.Path, Status: answer.Key, answer.Value.Content))
            .Where(one => one.Status != "304"),
        one => Assert.True(one.Content?.Count > 0, $"{one.Path} {one.Status}"));

    [Fact]
    public void Every_body_of_JSON_has_an_example()
    {
        var bodies = Operations
            .Where(one => one.Operation.RequestBody?.Content?.Keys.SequenceEqual(["application/json"]) is true).ToList();

        Assert.NotEmpty(bodies);
        Assert.All(bodies, one => Assert.NotNull(one.Operation.RequestBody!.Content!["application/json"].Example));
    }

    [Fact]
    public void The_example_of_a_search_is_one()
    {
        var search = Operations.Single(one => one.Operation.OperationId == "search").Operation;
        var example = search.RequestBody!.Content!["application/json"].Example!;

        var query = JsonSerializer.Deserialize<SearchQuery>(example, JsonSerializerOptions.Web)!;
        Assert.NotEmpty(query.Text!);
        Assert.NotEmpty(query.Filter.Tags!);
    }

    [Fact]
    public void The_examples_of_answers_are_those_that_the_client_reads()
    {
        Assert.NotEmpty(Answer<SearchAnswer>("search").Results[0].Segments[0].Said!);
        Assert.NotEmpty(Answer<VideoPage>("listVideos").Videos[0].Tags);
        Assert.Equal(VideoState.Indexed, Answer<Video>("getVideo").State);
        Assert.NotNull(Answer<ServiceStatus>("status").Disk);
        Assert.NotEmpty(Answer<CollectionList>("collections").Collections);
        Assert.Equal(PullState.Downloading, Answer<ModelList>("models").Pull!.State);
        Assert.NotEmpty(Answer<IReadOnlyList<Cue>>("getTranscript"));
    }

    private static T Answer<T>(string operation) => Operations.Single(one => one.Operation.OperationId == operation).Operation
        .Responses!["200"].Content!["application/json"].Example.Deserialize<T>(s_strict)!;
}
