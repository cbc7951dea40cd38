using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;

namespace TcMgc.Media.Tests;

/// <summary>
/// Files that tell ffmpeg to read something else: a video of somebody else on this machine (SECRET), or a server (SERVER).
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class CraftedUploadsTests : IDisposable
{
    private const string Hls = "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n";

    private readonly TcpListener _server = new(IPAddress.Loopback, 0);

    public CraftedUploadsTests() => _server.Start();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("list.m3u8", Hls + "SECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("list.mp4", Hls + "file://SECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("list.ts", Hls + "http://SERVER/a.ts\n#EXT-X-ENDLIST\n")]
    [InlineData("list.avi", Hls + "concat:SECRET|SECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("list.mkv", Hls + "subfile,,start,0,end,9999,,:SECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("key.mp4", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://SERVER/key\"\n#EXTINF:5,\nSECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("map.mp4", "#EXTM3U\n#EXT-X-MAP:URI=\"SECRET\"\n#EXTINF:5,\nSECRET\n#EXT-X-ENDLIST\n")]
    [InlineData("master.m3u8", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://SERVER/list.m3u8\n")]
    [InlineData("script.mp4", "ffconcat version 1.0\nfile SECRET\n")]
    [InlineData("script.ffconcat", "ffconcat version 1.0\nfile http://SERVER/a.mp4\n")]
    [InlineData("base.mpd", "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-main:2011\">"
        + "<Period><AdaptationSet><Representation id=\"1\"><BaseURL>http://SERVER/a.mp4</BaseURL></Representation>"
        + "</AdaptationSet></Period></MPD>")]
    [InlineData("xxe.mp4", "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
        + "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\">&e;</MPD>")]
    [InlineData("image.svg", "<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY e SYSTEM \"http://SERVER/e\">]>"
        + "<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"SECRET\"/>&e;</svg>")]
    [InlineData("composition.xml", "<?xml version=\"1.0\"?><CompositionPlaylist "
        + "xmlns=\"http://www.smpte-ra.org/schemas/2067-3/2016\"><Id>SECRET</Id></CompositionPlaylist>")]
    [InlineData("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n")]
    [InlineData("stream.rtsp", "rtsptext\nrtsp://SERVER/a\n")]
    [InlineData("list.asx", "<asx version=\"3.0\"><entry><ref href=\"http://SERVER/a.wmv\"/></entry></asx>")]
    [InlineData("list.pls", "[playlist]\nFile1=SECRET\nNumberOfEntries=1\n")]
    [InlineData("avisynth.avs", "FFVideoSource(\"SECRET\")\n")]
    [InlineData("graph.lavfi", "movie=SECRET\n")]
    [InlineData("numbers%03d.png", "no picture")]
    [InlineData("text.txt", "SECRET\n")]
    public async Task Nothing_beside_the_upload_is_read(string name, string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(TestClips.Folder, $"crafted-{Guid.NewGuid():N}")).FullName;
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, content.Replace("SECRET", TestClips.Distinct(0, 1), StringComparison.Ordinal)
            .Replace("SERVER", $"{_server.LocalEndpoint}", StringComparison.Ordinal));

        var decoding = await Decoding.OfAsync(path, 32);

        Assert.Empty(decoding.Frames);
        Assert.DoesNotContain("root:", decoding.Reason, StringComparison.Ordinal);
        Assert.False(_server.Pending());
    }
}
