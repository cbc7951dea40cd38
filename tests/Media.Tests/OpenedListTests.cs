namespace TcMgc.Media.Tests;

public sealed class OpenedListTests
{
    [Fact]
    public async Task The_documents_list_what_is_opened()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(SharedFolder.RepositoryRoot, "docs", "video.md"));
        var listed = string.Join(' ', text.Split("## What is opened")[1].Split("## ")[0].Split("```") is var parts
            ? $"{parts[1]} {parts[3]}" : "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            [.. ContainerFormats.ForFiles.Split(','), .. ContainerFormats.ForImages.Split(','), .. Codecs.All.Split(',')],
            listed);
    }
}
