namespace TcMgc.EndToEnd.Tests;

/// <summary>Real footage, where it is here.</summary>
public sealed class RealClipsTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workplace _place = new("ViT-S/32");

    public void Dispose() => _place.Dispose();

    [SharedFact]
    public async Task Stills_of_real_clips_find_the_clip_and_the_moment()
    {
        var data = await _place.IndexedAsync(SharedFolder.Path("videos", "clips"));
        var clips = (await IndexContents.VideosAsync(data)).Select(video =>
            (Path: SharedFolder.Path("videos", "clips", video.Name), Length: video.Duration!.Value)).ToList();
        // Never at whole seconds, which is where frames were taken.
        var stills =
            clips.SelectMany(clip => new[] { 0.3, 0.7 }.Select(part => (clip.Path, Math.Floor(clip.Length * part) + 0.4)));
        using var search = await StillSearch.OpenAsync(data, _place.Model);

        var (asked, videos, moments, wrong) = await search.FindAsync(stills);

        output.WriteLine($"{videos} videos and {moments} moments of {asked}; wrong: {string.Join("; ", wrong)}");
        Assert.Equal(2 * clips.Count, asked);
        Assert.True(videos >= 0.95 * asked && moments >= 0.9 * asked, $"{videos} videos and {moments} moments of {asked}");
    }
}
