using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TcMgc.Ingest.Uploads;
using TcMgc.Shared;

namespace TcMgc.Ingest.Tests.Uploads;

public sealed class PartialUploadsTests : IDisposable
{
    private const int MostIncomplete = 10;

    private static readonly AcceptedVideo s_accepted = new(default, "a.mp4", 1, IsNew: true);

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-uploads-").FullName;
    private readonly KeptLog _log = new();
    private readonly PartialUploads _uploads;

    public PartialUploadsTests() => _uploads = UploadsAt(TimeProvider.System);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private PartialUploads UploadsAt(TimeProvider time) => new(_folder, new() { MostIncomplete = MostIncomplete }, time, _log);

    private sealed class KeptLog : ILogger<PartialUploads>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }

    [Fact]
    public async Task A_folder_that_is_away_ends_no_sweep()
    {
        Directory.Delete(_folder);
        using var stop = new CancellationTokenSource();

        var sweeping = _uploads.SweepAsync(stop.Token);

        var told = Assert.Single(_log.Lines);
        Assert.StartsWith($"{_folder} cannot be swept, which is tried again: ", told, StringComparison.Ordinal);
        Assert.False(sweeping.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweeping);
    }

    [Fact]
    public async Task An_upload_that_cannot_be_deleted_keeps_no_other_from_being_swept()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var uploads = UploadsAt(time);
        var stuck = await uploads.CreateAsync(default, 10, "a.mp4", default);
        File.Delete(Path.Combine(_folder, $"{stuck.Id}.part"));
        Directory.CreateDirectory(Path.Combine(_folder, $"{stuck.Id}.part")); // Deleting a file of this name fails.
        for (var upload = 0; upload < 9; upload++) // Whatever the order of the folder is.
            await uploads.CreateAsync(default, 10, "b.mp4", default);
        time.Advance(TimeSpan.FromDays(2));
        using var stop = new CancellationTokenSource();

        var sweeping = uploads.SweepAsync(stop.Token);

        Assert.Equal($"{stuck.Id}.json", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder))));
        Assert.StartsWith(Path.Combine(_folder, $"{stuck.Id}.json"), Assert.Single(_log.Lines), StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sweeping);
    }

    [Fact]
    public async Task An_upload_that_cannot_begin_is_a_store_that_is_away_and_leaves_nothing()
    {
        Directory.Delete(_folder);
        await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await _uploads.CreateAsync(default, 10, "a.mp4", default));

        Directory.CreateDirectory(_folder);
        var upload = await _uploads.CreateAsync(default, 10, "a.mp4", default);
        Assert.Equal(upload, await _uploads.FindAsync(default, upload.Id, default));
        Directory.CreateDirectory(Path.Combine(_folder, $"{upload.Id}.json.new")); // What is known of it cannot be written.

        await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await _uploads.CompleteAsync(upload, s_accepted, default));
        Assert.Equal(upload, await _uploads.FindAsync(default, upload.Id, default));
    }

    [Fact]
    public async Task So_many_are_incomplete_that_no_more_begin_until_one_ends()
    {
        for (var upload = 1; upload < MostIncomplete; upload++)
            await _uploads.CreateAsync(default, 10, "a.mp4", default);
        var last = await _uploads.CreateAsync(default, 10, "a.mp4", default);

        await Assert.ThrowsAsync<QueueFullException>(async () => await _uploads.CreateAsync(default, 10, "b.mp4", default));

        await _uploads.CompleteAsync(last, s_accepted, default);
        await _uploads.CreateAsync(default, 10, "b.mp4", default);
    }

    [Fact]
    public async Task What_a_killed_process_left_of_an_upload_is_swept_as_well()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        foreach (var left in (string[])[$"{Guid.NewGuid():N}.part", $"{Guid.NewGuid():N}.json.new"])
            await File.WriteAllTextAsync(Path.Combine(_folder, left), "half");
        await File.WriteAllTextAsync(Path.Combine(_folder, "notes.txt"), "of somebody else");
        var uploads = UploadsAt(time);
        using var stop = new CancellationTokenSource();

        var early = uploads.SweepAsync(stop.Token);
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
        time.Advance(TimeSpan.FromDays(2));
        var late = uploads.SweepAsync(stop.Token);

        Assert.Equal("notes.txt", Path.GetFileName(Assert.Single(Directory.GetFiles(_folder))));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(early, late));
    }
}
