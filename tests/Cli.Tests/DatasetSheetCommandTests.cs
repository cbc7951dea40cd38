using System.Xml.Linq;

namespace TcMgc.Cli.Tests;

public sealed class DatasetSheetCommandTests : IDisposable
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-sheet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sheet_shows_frames_and_captions_of_each_video()
    {
        await ClipDataset.MakeAsync(_folder);
        await File.AppendAllTextAsync(Path.Combine(_folder, "data", "captions.jsonl"),
            """{ "file": "none.mp4", "split": "test", "captions": ["<not> & shown"] }""" + "\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "none.mp4"), "no video");

        var (status, output, errors) = await Sheet("sheet.svg");

        Assert.True(status == 0, errors);
        Assert.Contains("3 videos", output, StringComparison.Ordinal);
        Assert.Contains("none.mp4", errors, StringComparison.Ordinal);
        var svg = XDocument.Load(Path.Combine(_folder, "sheet.svg")).Root!;
        Assert.Equal(3, svg.Elements(s_svg + "image").Count());
        Assert.All(svg.Elements(s_svg + "image"), image => Assert.Equal("96", image.Attribute("height")!.Value));
        Assert.All(
            svg.Elements(s_svg + "image"), strip => Assert.Equal(
                [0xFF, 0xD8], Convert.FromBase64String(strip.Attribute("href")!.Value.Split(',')[1]).Take(2)));
        Assert.Equal(["scene 0", "number 0 moves"], svg.Elements(s_svg + "text").Select(text => text.Value).Skip(1).Take(2));
    }

    [Fact]
    public async Task A_long_caption_is_wrapped_and_markup_is_escaped()
    {
        await ClipDataset.MakeAsync(_folder);
        var caption = "<b> & " + string.Join(' ', Enumerable.Repeat("something", 60));
        await File.WriteAllTextAsync(Path.Combine(_folder, "data", "captions.jsonl"),
            $$"""{ "file": "0.mp4", "split": "test", "captions": ["{{caption}}"] }""" + "\n");

        var (status, _, errors) = await Sheet("sheet.svg");

        Assert.True(status == 0, errors);
        var lines = XDocument.Load(Path.Combine(_folder, "sheet.svg")).Root!.Elements(s_svg + "text").Skip(1)
            .Select(text => text.Value).ToList();
        Assert.InRange(lines.Count, 2, 60);
        Assert.Equal(caption, string.Join(' ', lines));
    }

    [Fact]
    public async Task A_file_that_is_not_SVG_is_a_usage_error()
    {
        var (status, _, errors) = await Sheet("sheet.png");

        Assert.Equal(2, status);
        Assert.Contains(".svg", errors, StringComparison.Ordinal);
    }

    private Task<Ended> Sheet(string file) =>
        CommandRun.Of("dataset", "sheet", "--dataset", Path.Combine(_folder, "data"), "--out", Path.Combine(_folder, file));
}
