using FsCheck;
using FsCheck.Fluent;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Stores.Blobs;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests.Sqlite;

public sealed class TranscriptIndexTests : IDisposable
{
    private static readonly CancellationToken s_never = CancellationToken.None;
    private readonly ScratchFolder _scratch = new();
    private readonly FolderBlobStore _blobs;
    private readonly TranscriptIndex _index;

    public TranscriptIndexTests()
    {
        _blobs = new(_scratch.File("blobs"));
        _index = new(_scratch.Path, _blobs);
    }

    public void Dispose()
    {
        _index.Dispose();
        _scratch.Dispose();
    }

    [Fact]
    public async Task Words_are_found_with_the_cue_and_its_video_whatever_their_ending_and_case()
    {
        await FollowAsync(1, new Cue(1, 2, "Two dogs are barking"), new(3, 4, "Hünde und Katzen"));
        await FollowAsync(2, new Cue(5, 6, "a cat sleeps"));

        var barking = Assert.Single(Search("DOG barks"));
        Assert.Equal((Video(1), new Cue(1, 2, "Two dogs are barking")), (barking.Video, barking.Cue));
        Assert.Equal(["dogs", "barking"], barking.Words.Select(word => barking.Cue.Text.Substring(word.Start, word.Length)));
        Assert.Equal(3, Assert.Single(Search("hunde")).Cue.Start);
        Assert.Equal(Video(2), Assert.Single(Search("cats")).Video);
        Assert.Empty(_index.Search(CollectionId.Default, ["cats"], Video(1), 10));
        Assert.Empty(Search("a the of"));
    }

    [Fact]
    public async Task The_cue_with_more_and_rarer_words_comes_first()
    {
        await FollowAsync(1, new Cue(1, 2, "a red ball"), new(2, 3, "a blue ball"), new(3, 4, "a green ball"),
            new(4, 5, "a ball"));

        Assert.Equal("a red ball", Search("red ball")[0].Cue.Text);
        Assert.Equal(4, Search("red ball").Count);
        Assert.Single(_index.Search(CollectionId.Default, ["red ball"], null, 1));
    }

    [Fact]
    public async Task A_transcript_that_changes_goes_or_whose_video_goes_leaves_no_word()
    {
        await FollowAsync(1, new Cue(1, 2, "first"));
        await FollowAsync(1, new Cue(1, 2, "second"));
        Assert.Empty(Search("first"));
        Assert.Single(Search("second"));

        await _index.FollowAsync(Entry(1, null), s_never);
        Assert.Empty(Search("second"));

        await FollowAsync(1, new Cue(1, 2, "third"));
        await _index.FollowAsync(Entry(1, await WriteAsync(1, new Cue(1, 2, "third"))) with { State = VideoState.Deleted },
            s_never);
        Assert.Empty(Search("third"));
    }

    [Fact]
    public async Task Following_twice_is_as_following_once()
    {
        await FollowAsync(1, new Cue(1, 2, "once"));
        await FollowAsync(1, new Cue(1, 2, "once"));

        Assert.Single(Search("once"));
    }

    [Fact]
    public async Task A_transcript_whose_blob_is_not_there_is_followed_when_it_is()
    {
        var entry = Entry(1, await WriteAsync(1, new Cue(1, 2, "late")));
        await _blobs.DeleteAsync(entry.Transcript!, s_never);
        await _index.FollowAsync(entry, s_never);
        Assert.Empty(Search("late"));

        await FollowAsync(1, new Cue(1, 2, "late"));
        Assert.Single(Search("late"));
    }

    [Fact]
    public async Task A_transcript_that_cannot_be_read_is_told_and_its_video_has_no_words()
    {
        await FollowAsync(1, new Cue(1, 2, "former"));
        using var content = new MemoryStream("no JSON"u8.ToArray());
        var damaged = (await _blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(Video(1)), content, s_never)).Name;

        var reason = await _index.FollowAsync(Entry(1, damaged), s_never);

        Assert.Contains(damaged, reason, StringComparison.Ordinal);
        Assert.Empty(Search("former"));
        await FollowAsync(1, new Cue(1, 2, "latter"));
        Assert.Single(Search("latter"));
    }

    [Fact]
    public async Task Words_follow_a_catalog_that_changed_while_nobody_followed_it()
    {
        using var folder = await DataFolder.OpenAsync(_scratch.File("data"), TimeProvider.System, s_never);
        var (kept, gone, fresh) = (Uploaded(1), Uploaded(2), Uploaded(3));
        await folder.Catalog.ApplyAsync(
            [kept, gone, fresh, await HeardAsync(kept, "stays"), await HeardAsync(gone, "goes")], s_never);
        await folder.Transcripts.FollowAsync(folder.Catalog, s_never);
        await folder.Catalog.ApplyAsync([Deleted(gone), await HeardAsync(fresh, "comes")], s_never);

        Assert.Empty(await folder.Transcripts.FollowAsync(folder.Catalog, s_never));

        Assert.Single(folder.Transcripts.Search(CollectionId.Default, ["stays"], null, 10));
        Assert.Empty(folder.Transcripts.Search(CollectionId.Default, ["goes"], null, 10));
        Assert.Single(folder.Transcripts.Search(CollectionId.Default, ["comes"], null, 10));

        async Task<VideoEvent> HeardAsync(VideoUploaded upload, string word)
        {
            using var content = new MemoryStream(Transcript.Serialize([new(1, 2, word)]));
            var blob = await folder.Blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(upload.VideoId), content, s_never);
            return Transcribed(upload, transcript: blob.Name);
        }
    }

    [Fact]
    public void Whatever_is_typed_is_a_query_or_none()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => Search(text ?? "") is { Count: 0 }).QuickCheckThrowOnFailure();
        foreach (var text in new[] { "\"", "a\" OR \"b", "NEAR(a b)", "text:dog*", "-dog ^cat", "\ud800dog", "dog\0cat", "(",
            "AND", new string('x', 100_000), string.Concat(Enumerable.Range(0, 5000).Select(number => $"w{number} ")) })
            Assert.Empty(Search(text));
    }

    [Fact]
    public async Task A_data_folder_makes_its_words_again_when_their_file_was_removed()
    {
        var data = _scratch.File("data");
        var upload = Uploaded(1);
        using (var folder = await DataFolder.OpenAsync(data, TimeProvider.System, s_never))
        {
            using var content = new MemoryStream(Transcript.Serialize([new(1, 2, "kept")]));
            var blob = await folder.Blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(upload.VideoId), content, s_never);
            await folder.Events.AppendAsync(upload, s_never);
            await folder.Events.AppendAsync(Transcribed(upload, transcript: blob.Name), s_never);
        }
        foreach (var removes in new[] { false, true })
        {
            using (var folder = await DataFolder.OpenAsync(data, TimeProvider.System, s_never))
            {
                await folder.Transcripts.FollowAsync(folder.Catalog, s_never);
                Assert.Single(folder.Transcripts.Search(CollectionId.Default, ["kept"], null, 10));
            }
            if (!removes)
                File.Delete(Path.Combine(data, "transcripts.db"));
        }
    }

    [Fact]
    public async Task What_is_said_in_one_collection_is_found_in_no_other_and_ranks_nothing_there()
    {
        var (press, never) = (CollectionId.Parse("press"), CollectionId.Parse("never"));
        await FollowAsync(1, new Cue(0, 1, "rare words"), new Cue(2, 3, "common things"));
        var before = Search("rare common");
        for (var other = 2; other < 6; other++)
        {
            var entry = Entry(other, await WriteAsync(other, new Cue(0, 1, "rare"))) with { Collection = press };
            await _index.FollowAsync(entry, s_never);
        }

        Assert.Equal(before.Select(match => match.Cue), Search("rare common").Select(match => match.Cue));
        Assert.Equal(4, _index.Search(press, ["rare"], null, 10).Count);
        Assert.Empty(_index.Search(never, ["rare"], null, 10));
        Assert.Equal(["transcripts-press.db", "transcripts.db"], TranscriptIndex.FilesIn(_scratch.Path));
        Assert.False(File.Exists(_scratch.File("transcripts-never.db")));
    }

    private IReadOnlyList<CueMatch> Search(string text) => _index.Search(CollectionId.Default, [text], null, 10);

    private async Task FollowAsync(int video, params Cue[] cues) =>
        await _index.FollowAsync(Entry(video, await WriteAsync(video, cues)), s_never);

    private async Task<string> WriteAsync(int video, params Cue[] cues)
    {
        using var content = new MemoryStream(Transcript.Serialize(cues));
        return (await _blobs.WriteContentAsync(VideoBlobs.TranscriptsOf(Video(video)), content, s_never)).Name;
    }

    private static CatalogEntry Entry(int video, string? transcript) =>
        CatalogProjection.Of(Uploaded(video), transcript is null ? [] : [Transcribed(Uploaded(video), transcript: transcript)]);
}
