using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace TcMgc.EndToEnd.Tests.Deploy;

/// <summary>Reads the files of deployment; every scalar is a string.</summary>
internal static class Yaml
{
    /// <summary>The documents of a file, with anchors and merge keys resolved.</summary>
    public static List<JsonObject> Read(string path)
    {
        using var text = File.OpenText(path);
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(text)));
        return [.. stream.Documents.Select(document => (JsonObject)Node(document.RootNode)!)];
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode mapping =>
            new JsonObject(mapping.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Node(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Select(Node)]),
        _ => JsonValue.Create(((YamlScalarNode)node).Value),
    };
}
