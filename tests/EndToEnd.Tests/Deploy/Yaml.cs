using System.Text.Json.Nodes;

namespace TcMgc.EndToEnd.Tests.Deploy;

/// <summary>
/// Reads the part of YAML that the files of deployment are written in: block and flow collections, plain and double-quoted scalars
/// of one line, comments, anchors, merge keys, several documents. Every scalar is a string. Anything else is refused.
/// </summary>
internal sealed class Yaml
{
    private readonly record struct Line(int Indent, string Text);

    private readonly List<Line> _lines = [];
    private readonly Dictionary<string, JsonNode> _anchors = [];
    private int _at;

    private Yaml(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(WithoutComment).Where(line => line.Length > 0))
            _lines.Add(new(line.Length - line.TrimStart().Length, line.Trim()));
    }

    /// <summary>The documents of a file.</summary>
    public static List<JsonObject> Read(string path)
    {
        var documents = new List<List<string>> { new() };
        foreach (var line in File.ReadLines(path))
            if (line == "---")
                documents.Add([]);
            else
                documents[^1].Add(line);
        return [.. documents.Select(lines => (JsonObject)new Yaml(lines).Document())];
    }

    private JsonNode Document()
    {
        var node = Block(0);
        return _at == _lines.Count ? node : throw new FormatException($"out of place: {_lines[_at].Text}");
    }

    private JsonNode Block(int indent) => _lines[_at].Text.StartsWith("- ", StringComparison.Ordinal) ? Sequence(indent) : Mapping(indent);

    private JsonArray Sequence(int indent)
    {
        var items = new JsonArray();
        while (_at < _lines.Count && _lines[_at] is { } line && line.Indent == indent && line.Text.StartsWith("- ", StringComparison.Ordinal))
        {
            var rest = line.Text[2..].TrimStart();
            if (rest[0] is not ('"' or '{' or '[') && KeyEnd(rest) >= 0)
            {
                _lines[_at] = new(indent + line.Text.Length - rest.Length, rest); // The item is a mapping that begins on this line.
                items.Add(Mapping(_lines[_at].Indent));
            }
            else
            {
                _at++;
                items.Add(Flow(rest));
            }
        }
        return items;
    }

    private JsonObject Mapping(int indent)
    {
        var members = new JsonObject();
        while (_at < _lines.Count && _lines[_at] is { } line && line.Indent == indent)
        {
            var end = KeyEnd(line.Text);
            if (end < 0)
                throw new FormatException($"no key: {line.Text}");
            _at++;
            Add(members, line.Text[..end], Value(line.Text[(end + 1)..].Trim(), indent));
        }
        return members;
    }

    private JsonNode Value(string text, int indent)
    {
        if (!text.StartsWith('&'))
            return text.Length == 0 ? Nested(indent) : Flow(text);
        var node = Nested(indent);
        return _anchors[text[1..]] = node;
    }

    private JsonNode Nested(int indent)
    {
        if (_at < _lines.Count && _lines[_at] is { } next
            && (next.Indent > indent || (next.Indent == indent && next.Text.StartsWith("- ", StringComparison.Ordinal))))
            return Block(next.Indent);
        return JsonValue.Create("");
    }

    private static void Add(JsonObject members, string key, JsonNode value)
    {
        if (key == "<<")
        {
            foreach (var (name, inherited) in (JsonObject)value)
                members.TryAdd(name, inherited?.DeepClone());
            return;
        }
        members[key.Trim('"')] = value.Parent is null ? value : value.DeepClone();
    }

    private JsonNode Flow(string text)
    {
        if (text[0] == '*')
            return _anchors[text[1..]].DeepClone();
        if (text[0] is '|' or '>' or '\'')
            throw new FormatException($"not read here: {text}");
        var rest = text;
        var node = FlowNode(ref rest, inside: false);
        return rest.Length == 0 ? node : throw new FormatException($"out of place: {rest}");
    }

    private static JsonNode FlowNode(ref string rest, bool inside)
    {
        if (rest.StartsWith('['))
        {
            var items = new JsonArray();
            for (rest = rest[1..].TrimStart(); !rest.StartsWith(']'); rest = rest.TrimStart(',', ' '))
                items.Add(FlowNode(ref rest, inside: true));
            rest = rest[1..].TrimStart();
            return items;
        }
        if (rest.StartsWith('{'))
        {
            var members = new JsonObject();
            for (rest = rest[1..].TrimStart(); !rest.StartsWith('}'); rest = rest.TrimStart(',', ' '))
            {
                var end = KeyEnd(rest);
                var key = rest[..end];
                rest = rest[(end + 1)..].TrimStart();
                members[key] = FlowNode(ref rest, inside: true);
            }
            rest = rest[1..].TrimStart();
            return members;
        }
        int length;
        if (rest.StartsWith('"'))
        {
            length = rest.IndexOf('"', 1);
            var quoted = rest[1..length];
            rest = rest[(length + 1)..].TrimStart();
            return JsonValue.Create(quoted);
        }
        length = inside ? rest.IndexOfAny([',', ']', '}']) : rest.Length;
        var plain = rest[..length].Trim();
        rest = rest[length..];
        return JsonValue.Create(plain);
    }

    /// <summary>Where a key's colon stands; -1 where the text has no key.</summary>
    private static int KeyEnd(string text)
    {
        var end = text.IndexOf(": ", StringComparison.Ordinal);
        return end >= 0 ? end : text.EndsWith(':') ? text.Length - 1 : -1;
    }

    private static string WithoutComment(string line)
    {
        var quoted = false;
        for (var at = 0; at < line.Length; at++)
        {
            quoted ^= line[at] == '"';
            if (!quoted && line[at] == '#' && (at == 0 || line[at - 1] == ' '))
                return line[..at].TrimEnd();
        }
        return line.TrimEnd();
    }
}
