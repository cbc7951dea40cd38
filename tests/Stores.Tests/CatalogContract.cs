using FsCheck;
using FsCheck.Fluent;
using TcMgc.Shared;
using TcMgc.Shared.Catalog;
using TcMgc.Shared.Events;
using TcMgc.Shared.Transcripts;
using TcMgc.Stores.Sqlite;
using static TcMgc.Shared.Tests.Events.SampleEvents;

namespace TcMgc.Stores.Tests;

/// <summary>What every catalog does; each adapter's tests derive from it.</summary>
public abstract class CatalogContract
{
    private static readonly CancellationToken s_never = CancellationToken.None;

    protected abstract ICatalog Create();

    [Fact]
    public async Task An_indexed_video_has_all_that_its_events_told()
    {
        var upload = Uploaded(1, name: "holiday.mp4");

        var entry = await Entry(upload, Decoded(upload), Indexed(upload));

        Assert.Equal(new CatalogEntry
        {
            Id = upload.VideoId,
            UploadId = upload.EventId,
            Name = "holiday.mp4",
            Source = upload.Source,
            Sha256 = upload.Sha256,
            Bytes = 1001,
            State = VideoState.Indexed,
            UploadedAt = Noon,
            Duration = 9.6,
            Width = 640,
            Height = 360,
            Frames = 10,
            Warning = "the file ends early",
            DecodeSeconds = 0.5,
            ModelId = "tiny-0123456789ab",
            Segments = 2,
            IndexSeconds = 1.5,
            IndexedAt = Noon.AddSeconds(2),
        }, entry);
    }

    [Fact]
    public async Task A_failed_video_says_where_and_why()
    {
        var upload = Uploaded(1);

        var entry = await Entry(upload, Failed(upload));

        Assert.Equal((VideoState.Failed, Stages.Decode, "it has no picture"), (entry!.State, entry.FailedStage, entry.Reason));
    }

    [Fact]
    public async Task A_new_upload_of_a_failed_video_starts_it_again()
    {
        var (first, again) = (Uploaded(1), Uploaded(1, second: 10, name: "again.mp4"));

        var entry = await Entry(first, Failed(first), again);

        Assert.Equal((VideoState.Uploaded, null, "again.mp4"), (entry!.State, entry.Reason, entry.Name));
    }

    [Fact]
    public async Task What_still_arrives_of_an_earlier_upload_changes_nothing()
    {
        var (first, again) = (Uploaded(1), Uploaded(1, second: 10));

        var entry = await Entry(first, again, Indexed(again, 12), Failed(first, 20), Deleted(first, 30));

        Assert.Equal((VideoState.Indexed, again.EventId), (entry!.State, entry.UploadId));
    }

    [Fact]
    public async Task Before_its_upload_is_known_a_video_is_not_there_and_then_whole()
    {
        var (catalog, upload) = (Create(), Uploaded(1));
        await catalog.ApplyAsync(Decoded(upload), s_never);
        var before = await catalog.GetAsync(upload.VideoId, s_never);
        await catalog.ApplyAsync(upload, s_never);

        Assert.Null(before);
        Assert.Equal(VideoState.Decoded, (await catalog.GetAsync(upload.VideoId, s_never))!.State);
    }

    [Fact]
    public async Task The_latest_description_holds_as_a_whole()
    {
        var upload = Uploaded(1);

        var entry =
            await Entry(upload, Described(upload, 5, "Autumn") with { Tags = ["leaves"] }, Indexed(upload),
                Described(upload, 4) with { Tags = ["sea"] });

        Assert.Equal(("Autumn", "leaves"), (entry!.Title, entry.Tags!.Single()));
        Assert.Null((await Entry(upload, Described(upload, 5), Described(upload, 6, null)))!.Title);
    }

    [Fact]
    public async Task Videos_wait_from_their_upload_until_they_are_indexed_or_failed_or_removed()
    {
        var (catalog, uploads) = (Create(), Enumerable.Range(1, 5).Select(at => Uploaded(at)).ToList());
        await Apply(catalog, [.. uploads, Decoded(uploads[1]), Indexed(uploads[2]), Failed(uploads[3]), Deleted(uploads[4])]);

        Assert.Equal(new(2, uploads[0].Bytes + uploads[1].Bytes), await catalog.CountWaitingAsync(s_never));
        Assert.Equal(new(0, 0), await Create().CountWaitingAsync(s_never));
    }

    [Fact]
    public async Task A_deleted_video_is_known_but_not_listed()
    {
        var (catalog, upload) = (Create(), Uploaded(1));
        await Apply(catalog, [upload, Indexed(upload), Deleted(upload)]);

        Assert.Equal(VideoState.Deleted, (await catalog.GetAsync(upload.VideoId, s_never))!.State);
        Assert.Empty(await List(catalog));
    }

    [Fact]
    public async Task Videos_are_listed_by_name()
    {
        var catalog = Create();
        var (b, a) = (Uploaded(1, name: "b.mp4"), Uploaded(2, name: "a.mp4"));
        await Apply(catalog, [b, a]);

        Assert.Equal(["a.mp4", "b.mp4"], (await List(catalog)).Select(entry => entry.Name));
    }

    [Fact]
    public async Task The_same_content_in_two_collections_is_two_videos_each_listed_and_counted_in_its_own()
    {
        var (catalog, press, empty) = (Create(), CollectionId.Parse("press"), CollectionId.Parse("empty"));
        var (own, other) = (Uploaded(1, name: "own.mp4"), In(press, Uploaded(1, name: "other.mp4")));
        await Apply(catalog, [own, other, In(press, Uploaded(2, name: "another.mp4")), Indexed(other), Uploaded(3), Failed(own)]);

        Assert.Equal(press, (await catalog.GetAsync(other.VideoId, s_never))!.Collection);
        Assert.Equal(["another.mp4", "other.mp4"],
            (await catalog.PageAsync(press, new(), 10, s_never)).Entries.Select(entry => entry.Name));
        Assert.Equal(2, (await catalog.PageAsync(press, new(), 1, s_never)).Total);
        Assert.Equal(new(press, Videos: 2, Bytes: 2003, Waiting: 1, Segments: 2) { WaitingBytes = 1002 },
            await catalog.TotalsAsync(press, s_never));
        Assert.Equal(new(empty, 0, 0, 0, 0), await catalog.TotalsAsync(empty, s_never));
        Assert.Equal([CollectionId.Default, press],
            (await catalog.TotalsAsync(s_never)).Select(totals => totals.Collection));
        Assert.Equal(new(2, 1002 + 1003), await catalog.CountWaitingAsync(s_never));
    }

    [Fact]
    public async Task Rebuilding_replaces_what_was_there_by_what_the_log_says()
    {
        var (catalog, stray, upload) = (Create(), Uploaded(1), Uploaded(2));
        await Apply(catalog, [stray]);

        await catalog.RebuildAsync(new ListedEvents([upload, Decoded(upload), Indexed(upload)]), s_never);

        Assert.Equal([(Video(2), VideoState.Indexed)], (await List(catalog)).Select(entry => (entry.Id, entry.State)));
    }

    [Fact]
    public async Task A_rebuild_that_is_interrupted_leaves_what_was_there()
    {
        var (catalog, before) = (Create(), Uploaded(1));
        await Apply(catalog, [before]);

        await Assert.ThrowsAsync<IOException>(
            () => catalog.RebuildAsync(new ListedEvents([Uploaded(2)], new IOException()), s_never).AsTask());

        Assert.Equal([before.VideoId], (await List(catalog)).Select(entry => entry.Id));
    }

    [Fact]
    public async Task Many_events_at_a_time_give_the_same_as_one_after_the_other()
    {
        var (first, second, catalog) = (Uploaded(1), Uploaded(2), Create());
        await catalog.ApplyAsync([first, Decoded(first), second, Indexed(first), Failed(second)], s_never);

        Assert.Equal(await Entry(first, Decoded(first), Indexed(first)), await catalog.GetAsync(first.VideoId, s_never));
        Assert.Equal(await Entry(second, Failed(second)), await catalog.GetAsync(second.VideoId, s_never));
    }

    [Fact]
    public async Task Of_many_events_all_are_taken_in_or_none()
    {
        var (upload, catalog) = (Uploaded(1), Create());

        await Assert.ThrowsAnyAsync<Exception>(() => catalog.ApplyAsync([upload, null!], s_never).AsTask());

        Assert.Null(await catalog.GetAsync(upload.VideoId, s_never));
    }

    /// <summary>Orders of delivery and repetitions do not matter: the entry is a function of the set of events.</summary>
    [Fact]
    public async Task Any_order_and_any_repetition_gives_the_same_entry()
    {
        var (first, second) = (Uploaded(1), Uploaded(1, second: 10));
        VideoEvent[] all =
        [
            first, Decoded(first), Failed(first, 3), Deleted(first, 4),
            second, Decoded(second, 11), Failed(second, 12), Indexed(second, 13),
        ];
        var expected = await Entry(all);
        Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), keys =>
        {
            var repeated = keys.Select(key => all[(key & int.MaxValue) % all.Length]);
            var shuffled = all.Concat(repeated).Select((one, i) => (one, Key: i < keys.Length ? keys[i] : 0))
                .OrderBy(pair => pair.Key);
            Assert.Equal(expected, Entry([.. shuffled.Select(pair => pair.one)]).Result);
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>The pages of any query together are the entries that its filter matches, in its order.</summary>
    [Fact]
    public async Task Pages_are_what_sorting_and_filtering_all_entries_gives()
    {
        var catalog = Create();
        var uploads = Enumerable.Range(0, 24)
            .Select(at => Uploaded(at, at % 7, $"Clip {at % 5}{(at % 2 == 0 ? ".mp4" : ".Ünd")}")).ToList();
        await catalog.ApplyAsync([.. uploads, .. uploads.SelectMany((upload, at) => Later(upload, at)),
            In(CollectionId.Parse("press"), uploads[0])], s_never);
        var all = (await List(catalog)).Where(entry => entry.Collection.IsDefault).ToList();
        VideoState[][] states = [[VideoState.Indexed], [VideoState.Uploaded, VideoState.Failed], []];
        CatalogFilter[] filters =
        [
            new(), new() { Name = "ünd" }, new() { Name = "summer" }, new() { Name = "SEA" }, new() { Name = "sea\nsun" },
            new() { Tags = ["Sea"] }, new() { Tags = ["sea", "SUN"] }, new() { Tags = ["se"] }, new() { Tags = ["clip 1.mp4"] },
            new() { MinDuration = 9.6 }, new() { MinDuration = 0, MaxDuration = 5 }, new() { MaxDuration = 0 },
            new() { UploadedFrom = Noon.AddSeconds(2), UploadedTo = Noon.AddSeconds(4) }, new() { Video = uploads[3].VideoId },
            new() { RecordedFrom = Noon.AddDays(-6), RecordedTo = Noon.AddSeconds(3) },
            .. states.Select(some => new CatalogFilter { Name = "clip", States = some }),
        ];
        foreach (var filter in filters)
            foreach (var sort in Enum.GetValues<CatalogSort>())
                foreach (var descending in (bool[])[false, true])
                {
                    var query = new CatalogQuery { Filter = filter, Sort = sort, Descending = descending };
                    var pages = await PagesAsync(catalog, query, 5);
                    var expected = all.Where(filter.Matches).ToList();

                    Assert.Equal(Ordered(expected, sort, descending),
                        pages.SelectMany(page => page.Entries).Select(entry => entry.Id));
                    Assert.All(pages, page => Assert.Equal(expected.Count, page.Total));
                    Assert.Equal(
                        all.Where((filter with { States = null }).Matches).CountBy(entry => entry.State)
                            .OrderBy(pair => pair.Key),
                        pages[0].States.OrderBy(pair => pair.Key));
                }

        static IEnumerable<VideoEvent> Later(VideoUploaded upload, int at) => (at % 6) switch
        {
            0 => [Decoded(upload) with { Duration = at, RecordedAt = Noon.AddDays(-at) },
                Described(upload, title: "clip 12") with { Tags = ["Sea", "sun"] }],
            1 => [Decoded(upload), Indexed(upload), Described(upload, title: null) with { Tags = ["sea"] }],
            2 => [Failed(upload), Described(upload, title: "In summer") with { Tags = null }],
            3 => [Deleted(upload)],
            _ => [],
        };

        static IEnumerable<VideoId> Ordered(IEnumerable<CatalogEntry> entries, CatalogSort sort, bool descending)
        {
            var ordered = entries.OrderBy(entry => sort == CatalogSort.Added ? entry.UploadedAt.UtcTicks : 0)
                .ThenBy(entry => sort == CatalogSort.Recorded ? (entry.RecordedAt ?? entry.UploadedAt).UtcTicks : 0)
                .ThenBy(entry => sort == CatalogSort.Duration ? entry.Duration ?? -1 : 0)
                .ThenBy(entry => sort == CatalogSort.Name ? CatalogKeys.NameOf(entry) : "", StringComparer.Ordinal)
                .ThenBy(entry => Convert.ToHexString(entry.Id.Value.ToByteArray(bigEndian: true)), StringComparer.Ordinal)
                .Select(entry => entry.Id);
            return descending ? ordered.Reverse() : ordered;
        }
    }

    [Fact]
    public async Task Names_are_ordered_as_people_count()
    {
        var catalog = Create();
        string[] names = ["clip 2.mp4", "Clip 10.mp4", "clip 9.mp4", "clip 010b.mp4", "an end.mp4"];
        await catalog.ApplyAsync([.. names.Select((name, at) => Uploaded(at, name: name))], s_never);

        Assert.Equal(["an end.mp4", "clip 2.mp4", "clip 9.mp4", "Clip 10.mp4", "clip 010b.mp4"],
            (await catalog.PageAsync(CollectionId.Default, new(), 9, s_never)).Entries.Select(entry => entry.Name));
    }

    [Fact]
    public async Task A_list_goes_on_where_it_was_while_videos_come_and_go()
    {
        var catalog = Create();
        var uploads = Enumerable.Range(0, 6).Select(at => Uploaded(at, name: $"{2 * at}.mp4")).ToList();
        await catalog.ApplyAsync([.. uploads], s_never);
        var first = await catalog.PageAsync(CollectionId.Default, new(), 3, s_never);

        await catalog.ApplyAsync(
            [Deleted(uploads[0]), Deleted(uploads[2]), Uploaded(7, name: "1.mp4"), Uploaded(8, name: "7.mp4")], s_never);
        var next = await catalog.PageAsync(CollectionId.Default, new() { After = first.Next }, 9, s_never);

        Assert.Equal(["6.mp4", "7.mp4", "8.mp4", "10.mp4"], next.Entries.Select(entry => entry.Name));
        Assert.Equal((6, null), (next.Total, next.Next));
    }

    private static async Task<List<CatalogPage>> PagesAsync(ICatalog catalog, CatalogQuery query, int limit)
    {
        List<CatalogPage> pages = [await catalog.PageAsync(CollectionId.Default, query, limit, s_never)];
        while (pages[^1].Next is { } next)
        {
            Assert.True(CatalogCursor.TryParse($"{next}", query.Sort, query.Descending, out var after));
            pages.Add(await catalog.PageAsync(CollectionId.Default, query with { After = after }, limit, s_never));
        }
        return pages;
    }

    private async Task<CatalogEntry?> Entry(params VideoEvent[] events)
    {
        var catalog = Create();
        await Apply(catalog, events);
        return await catalog.GetAsync(events[0].VideoId, s_never);
    }

    private static async Task Apply(ICatalog catalog, IEnumerable<VideoEvent> events)
    {
        foreach (var happened in events)
            await catalog.ApplyAsync(happened, s_never);
    }

    [Fact]
    public async Task A_video_is_found_by_words_of_its_title_file_name_and_tags()
    {
        var (catalog, surfer, dog) = (Create(), Uploaded(1, name: "surfer-barrel-wave.mp4"), Uploaded(2, name: "IMG_0042.mp4"));
        var described = Described(dog, title: "Dogs on the beach") with { Tags = ["Été", "waves"] };
        await catalog.ApplyAsync([surfer, dog, described], s_never);

        Assert.Equal([surfer.VideoId], await NamedAsync(catalog, "surfers"));
        Assert.Equal([dog.VideoId], await NamedAsync(catalog, "a dog is running"));
        Assert.Equal([dog.VideoId], await NamedAsync(catalog, "ete"));
        Assert.Equal([surfer.VideoId, dog.VideoId], await NamedAsync(catalog, "a surfer on a wave"));
        Assert.Equal([1, 0.5], (await catalog.FindNamedAsync(CollectionId.Default, ["a surfer on a wave"], 9, s_never))
            .Select(match => match.Share));
        Assert.Empty(await NamedAsync(catalog, "a dog jumps over fences")); // One word of four.
        Assert.Empty(await NamedAsync(catalog, "of the"));
        var match = (await catalog.FindNamedAsync(CollectionId.Default, ["dog waves"], 9, s_never))[0];
        Assert.Equal(["Dogs on the beach", "waves"], match.Texts.Select(text => text.Text));
        Assert.Equal(new TextSpan(0, 4), Assert.Single(match.Texts[0].Words));
    }

    [Fact]
    public async Task A_video_that_is_called_just_so_comes_before_those_with_the_same_words_and_others()
    {
        var catalog = Create();
        string[] names = ["IMG_0042 (1).mp4", "IMG_0042.mp4", "IMG_0043.mov", "Her.mkv", "with her.mkv"];
        var uploads = names.Select((name, at) => Uploaded(at + 1, name: name)).ToList();
        await catalog.ApplyAsync([.. uploads, Described(uploads[2], title: "Été à la mer")], s_never);

        Assert.Equal([1, 0, 2], await FoundAsync("IMG_0042"));
        Assert.Equal([1, 0, 2], await FoundAsync("img 0042.MP4"));
        Assert.Equal([3], await FoundAsync("her")); // A common word is no reason to find the others.
        Assert.Equal([2], await FoundAsync("été à la mer"));
        Assert.Equal([true, false, false],
            (await catalog.FindNamedAsync(CollectionId.Default, ["IMG_0042"], 9, s_never)).Select(match => match.IsExact));
        Assert.Empty(await FoundAsync("mp4"));

        async Task<IEnumerable<int>> FoundAsync(string text) =>
            (await NamedAsync(catalog, text)).Select(found => uploads.FindIndex(upload => upload.VideoId == found));
    }

    [Fact]
    public async Task A_video_is_no_longer_found_by_what_it_was_called()
    {
        var (catalog, upload) = (Create(), Uploaded(1, name: "dog.mp4"));
        await catalog.ApplyAsync([upload, Described(upload, title: "Summer")], s_never);
        Assert.Single(await NamedAsync(catalog, "summer"));

        await catalog.ApplyAsync(Described(upload, second: 5, title: "Winter"), s_never);
        Assert.Empty(await NamedAsync(catalog, "summer"));
        Assert.Single(await NamedAsync(catalog, "winter"));

        await catalog.ApplyAsync(Deleted(upload, second: 6), s_never);
        Assert.Empty(await NamedAsync(catalog, "winter"));
        Assert.Empty(await NamedAsync(catalog, "dog"));
    }

    [Fact]
    public async Task Names_of_another_collection_are_not_found_and_do_not_count()
    {
        var (catalog, press) = (Create(), CollectionId.Parse("press"));
        var (dog, cat) = (Uploaded(1, name: "dog park.mp4"), Uploaded(2, name: "cat park.mp4"));
        await catalog.ApplyAsync([dog, cat], s_never);
        var before = await NamedAsync(catalog, "dog or cat");
        await catalog.ApplyAsync([In(press, Uploaded(3, name: "cat")), In(press, Uploaded(4, name: "cats"))], s_never);

        Assert.Equal(before, await NamedAsync(catalog, "dog or cat"));
        Assert.Equal(2, (await catalog.FindNamedAsync(press, ["cat"], 9, s_never)).Count);
    }

    private static async Task<IEnumerable<VideoId>> NamedAsync(ICatalog catalog, string text) =>
        (await catalog.FindNamedAsync(CollectionId.Default, [text], 9, s_never)).Select(match => match.Video);

    private static VideoUploaded In(CollectionId collection, VideoUploaded upload) => upload with
    {
        Collection = collection,
        VideoId = VideoId.FromSha256(Convert.FromHexString(upload.Sha256), collection),
    };

    private static async Task<List<CatalogEntry>> List(ICatalog catalog)
    {
        var entries = new List<CatalogEntry>();
        await foreach (var entry in catalog.ListAsync(s_never))
            entries.Add(entry);
        return entries;
    }
}
