using System.Runtime.Versioning;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TcMgc.Hosting.Audit;

namespace TcMgc.Hosting.Tests;

public sealed class AuditLogTests : IDisposable
{
    private static readonly Guid s_video = Guid.Parse("0a0b139d-6fd4-5c55-a6c0-24e71b69d558");

    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_line_says_which_key_did_what_from_where_and_only_the_owner_can_read_it()
    {
        Log().Tell(Request("5f0c1a2b3d4e", "media desk"), AuditActions.Delete, s_video, "two\nlines");

        var line = JsonSerializer.Deserialize<JsonElement>(Assert.Single(Lines()));
        Assert.Equal(("delete", "5f0c1a2b3d4e", "media desk", "192.0.2.7", s_video.ToString(), "two\nlines"),
            (Text(line, "action"), Text(line, "key"), Text(line, "name"), Text(line, "address"), Text(line, "video"),
                Text(line, "detail")));
        Assert.True(line.TryGetProperty("time", out _));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.File(AuditLog.FileName)));
    }

    [Fact]
    public void Without_a_key_the_address_is_told_and_of_a_command_its_user()
    {
        var log = Log();
        log.Tell(Request(), AuditActions.Upload, s_video);
        log.Tell(AuditActions.KeyRevoke, null, "5f0c1a2b3d4e");

        var lines = Lines().Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal("192.0.2.7", Text(lines[0], "address"));
        Assert.False(lines[0].TryGetProperty("key", out _));
        Assert.Equal((Environment.UserName, "5f0c1a2b3d4e"), (Text(lines[1], "user"), Text(lines[1], "detail")));
    }

    [Fact]
    public void What_is_kept_has_a_bound_and_the_last_entries_stay_in_order()
    {
        var log = Log(new() { FileBytes = 4096, Files = 3 });

        for (var at = 0; at < 200; at++)
            log.Tell(AuditActions.Replay, null, $"{at}");

        string[] files = ["audit.2.jsonl", "audit.1.jsonl", "audit.jsonl"];
        Assert.Equal(files.Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Path, "*.jsonl")
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.InRange(new FileInfo(_folder.File(file)).Length, 1, 4096));
        var kept = files.SelectMany(file => File.ReadAllLines(_folder.File(file)))
            .Select(line => int.Parse(Text(JsonSerializer.Deserialize<JsonElement>(line), "detail")!,
                System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Enumerable.Range(200 - kept.Count, kept.Count), kept);
    }

    [Fact]
    public void Of_several_processes_that_write_at_once_no_line_is_lost()
    {
        Parallel.For(0, 4, writer =>
        {
            var log = Log(); // As another process has one.
            for (var at = 0; at < 25; at++)
                log.Tell(AuditActions.Replay, null, $"{writer}");
        });

        Assert.Equal(100, Lines().Select(line => JsonSerializer.Deserialize<JsonElement>(line)).Count());
    }

    private AuditLog Log(AuditOptions? options = null) => new(_folder.Path, options ?? new(), TimeProvider.System);

    private string[] Lines() => File.ReadAllLines(_folder.File(AuditLog.FileName));

    private static string? Text(JsonElement line, string member) => line.GetProperty(member).GetString();

    private static DefaultHttpContext Request(string? key = null, string? name = null)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = new([192, 0, 2, 7]) } };
        if (key is not null)
            http.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, key), new(ClaimTypes.Name, name!)], "key"));
        return http;
    }
}
