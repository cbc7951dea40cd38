using TcMgc.Shared.Blobs;
using TcMgc.Shared.Events;
using TcMgc.Stores.Maintenance;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Maintenance;

public sealed class StoreCheckTests : IAsyncLifetime
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _folder = new();
    private Storage _stores = null!;

    private string Data => _folder.File("data");

    public async ValueTask InitializeAsync() => _stores = await OpenedStores.OpenAsync(Data);

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Of_stores_that_agree_nothing_is_told()
    {
        Assert.Empty(await CheckAsync());

        await _stores.IndexAsync(1);
        await _stores.RemoveAsync(await _stores.IndexAsync(2));
        await _stores.UploadAsync(3);

        Assert.Empty(await CheckAsync());
    }

    [Fact]
    public async Task Of_an_original_is_told_that_it_is_missing_cut_short_or_another()
    {
        var (missing, shortened, other) = (await _stores.IndexAsync(1), await _stores.IndexAsync(2), await _stores.IndexAsync(3));
        var file = Uploaded(4) with { Source = VideoUploaded.SourceOf(_folder.File("away.mp4")) };
        await _stores.AppendAsync(file);
        File.Delete(PathOf(missing));
        await File.WriteAllBytesAsync(PathOf(shortened), [2]);
        await File.WriteAllBytesAsync(PathOf(other), [9, 9, 9, 9]);

        var findings = await CheckAsync();

        Assert.Equal(
            [(FindingKind.MissingOriginal, missing.VideoId), (FindingKind.DamagedOriginal, shortened.VideoId),
                (FindingKind.DamagedOriginal, other.VideoId), (FindingKind.MissingOriginal, file.VideoId)],
            findings.Select(finding => (finding.Kind, finding.Video!.Value)));
        Assert.All(findings, finding => Assert.DoesNotContain('\n', finding.Text));
        Assert.Contains("has 1 bytes instead of 4", findings[1].Text, StringComparison.Ordinal);
        Assert.Contains(_folder.File("away.mp4"), findings[3].Text, StringComparison.Ordinal);
        Assert.DoesNotContain(await CheckAsync(quick: true), finding => finding.Video == other.VideoId);
    }

    [Fact]
    public async Task Segments_of_unknown_videos_and_videos_without_all_of_their_segments_are_told()
    {
        var (lacking, removed) = (await _stores.IndexAsync(1, segments: 3), await _stores.IndexAsync(2));
        await _stores.AppendAsync(Indexed(lacking, 9) with { Segments = 4 });
        await _stores.AppendAsync(Deleted(removed));
        await _stores.Index.UpsertAsync(SampleSegments.Of(7, 1, 1), s_never);

        var findings = await CheckAsync();

        Assert.Equal((FindingKind.MissingSegments, lacking.VideoId), (findings[0].Kind, findings[0].Video));
        Assert.Contains("3 of the 4 segments", findings[0].Text, StringComparison.Ordinal);
        Assert.Equivalent(new[] { removed.VideoId, SampleSegments.Video(7) },
            findings.Where(finding => finding.Kind == FindingKind.UnknownSegments).Select(finding => finding.Video!.Value));
    }

    [Fact]
    public async Task A_catalog_that_does_not_follow_from_the_log_is_told_and_what_it_passed_over()
    {
        var upload = await _stores.IndexAsync(1);
        await _stores.Catalog.ApplyAsync(Described(upload), s_never); // Which the log does not have.
        await _stores.Events.AppendAsync(Uploaded(8) with { FileName = null! }, s_never);
        await _stores.Data.CatalogFile.CatchUpAsync(_stores.Events, s_never);

        var findings = await CheckAsync();

        Assert.Equal([(FindingKind.PassedOver, null), (FindingKind.CatalogDiffers, upload.VideoId)],
            findings.Select(finding => (finding.Kind, finding.Video)));
        await _stores.Catalog.RebuildAsync(_stores.Events, s_never);
        Assert.Equal(FindingKind.PassedOver, Assert.Single(await CheckAsync()).Kind);
    }

    [Fact]
    public async Task Missing_frames_damaged_transcripts_and_blobs_that_nobody_needs_are_told()
    {
        var (decoded, spoken) = (await _stores.UploadAsync(1), await _stores.IndexAsync(2));
        await _stores.AppendAsync(Decoded(decoded));
        var transcript = $"{VideoBlobs.TranscriptsOf(spoken.VideoId)}/{new string('0', 64)}";
        await WriteAsync(transcript);
        await _stores.AppendAsync(Transcribed(spoken, transcript: transcript));
        var orphan = VideoBlobs.FramesOf(Video(9));
        await WriteAsync(orphan);
        File.SetLastWriteTimeUtc(Path.Combine(Data, "blobs", orphan), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-2));

        var findings = await CheckAsync();

        Assert.Equal([FindingKind.MissingFrames, FindingKind.DamagedTranscript, FindingKind.OrphanedBlob],
            findings.Select(finding => finding.Kind));
        Assert.Contains(orphan, findings[2].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_database_is_told_with_its_path()
    {
        for (var video = 1; video < 40; video++)
            await _stores.IndexAsync(video);
        await _stores.DisposeAsync();
        var index = Path.Combine(Data, "index.db");
        var bytes = await File.ReadAllBytesAsync(index);
        bytes.AsSpan(bytes.Length - 4096).Fill(0xA5);
        await File.WriteAllBytesAsync(index, bytes);
        _stores = await OpenedStores.OpenAsync(Data);

        var finding = await new StoreCheck(_stores, TimeProvider.System).RunAsync(s_never).FirstAsync();

        Assert.Equal(FindingKind.DamagedDatabase, finding.Kind);
        Assert.StartsWith($"{index}: the database is damaged", finding.Text, StringComparison.Ordinal);
    }

    private string PathOf(VideoUploaded upload) => Path.Combine(Data, "blobs", upload.Source);

    private ValueTask WriteAsync(string name) =>
        _stores.Blobs.WriteAsync(name, (blob, cancel) => blob.WriteAsync(new byte[] { 1 }, cancel), s_never);

    private async Task<List<Finding>> CheckAsync(bool quick = false) =>
        await new StoreCheck(_stores, TimeProvider.System) { ReadsContents = !quick }.RunAsync(s_never).ToListAsync();
}
