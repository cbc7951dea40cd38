namespace TcMgc.EndToEnd.Tests;

/// <summary>Real footage, where it is here.</summary>
public sealed class RealClipsTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workplace _place = new("ViT-S/32");

    public void Dispose() => _place.Dispose();

    [SharedFact]
    public async Task Stills_of_real_clips_find_the_clip_and_the_moment()
    {
        var data = await _place.IndexedAsync(RealClips.Sample);
        var lengths = (await IndexContents.VideosAsync(data)).ToDictionary(video => video.Name, video => video.Duration!.Value);
        // Never at whole seconds, which is where frames were taken.
        List<(string Clip, double Time)> stills = [.. RealClips.Sample.SelectMany(clip => new[] { 0.3, 0.7 }.Select(part =>
            (clip, Math.Floor(lengths[Path.GetFileName(clip)] * part) + 0.4)))];
        using var search = await StillSearch.OpenAsync(data, _place.Model);

        var (asked, videos, moments, wrong) = await search.FindAsync(stills);

        output.WriteLine($"{videos} videos and {moments} moments of {asked}; wrong: {string.Join("; ", wrong)}");
        Assert.Equal(stills.Count, asked);
        Assert.NotEqual(0, asked);
        Assert.True(videos >= 0.95 * asked && moments >= 0.9 * asked, $"{videos} videos and {moments} moments of {asked}");
    }
}
