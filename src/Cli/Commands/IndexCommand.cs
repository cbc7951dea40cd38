using System.CommandLine;
using TcMgc.Cli.Pipeline;
using TcMgc.Featurizer;
using TcMgc.Hosting.Audit;
using TcMgc.Ingest;
using TcMgc.Ingest.Files;
using TcMgc.Model.Compute;
using TcMgc.Shared;
using TcMgc.Shared.Frames;
using TcMgc.Stores;

namespace TcMgc.Cli.Commands;

/// <summary><c>tcmgc index</c>: videos into the index.</summary>
internal static class IndexCommand
{
    /// <summary>Frame packs that exist at a time: one is encoded while the next videos are decoded.</summary>
    private const int DecodedAhead = 3;

    private static readonly Argument<string[]> s_paths = new("PATH")
    {
        Description = "Video files, and folders of them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<int> s_batch = NewOption.Number(
        "--batch", new FeaturizeOptions().FrameBatch, 1, 1024, "Frames encoded at a time.");
    private static readonly Option<double> s_similar = NewOption.Number(
        "--similar-frames", 0.0, 0, 255, "How much a frame may differ from an encoded one, in colour values where it differs "
        + "most, to take its embedding; 0 encodes every frame.", "LEVELS");
    private static readonly Option<CollectionId> s_collection = CollectionOption.Create("The collection to index into.");
    private static readonly Option<string> s_data = DataOption.Create();
    private static readonly Option<string?> s_model = ModelOption.Create();
    private static readonly Option<bool> s_json = NewOption.Json("Print what became of each file as JSON.");

    private sealed record Row(string Path, FileStatus Status, VideoId? Video, double? Duration, int? Frames, int? Segments,
        string? Reason, string? Warning);

    private sealed record Report(string Data, string Model, double Seconds, IReadOnlyList<Row> Files);

    public static Command Create()
    {
        var command = new Command("index", "Index videos, so that they can be searched.")
        {
            s_paths, s_collection, s_data, s_model, ComputeChoice.Device, ComputeChoice.Precision, s_batch, s_similar, s_json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var (started, data) = (TimeProvider.System.GetTimestamp(), parsed.GetValue(s_data)!);
        var (model, outcomes) = await IndexAsync(
            parsed.GetValue(s_paths)!, data, parsed.GetValue(s_collection), parsed.GetValue(s_model), ComputeChoice.Of(parsed),
            new() { FrameBatch = parsed.GetValue(s_batch), SimilarFrames = parsed.GetValue(s_similar) }, cancel);
        var elapsed = TimeProvider.System.GetElapsedTime(started);
        var report = new Report(Path.GetFullPath(data), model, elapsed.TotalSeconds, [.. outcomes.Select(Describe)]);
        Output.Write(report, parsed.GetValue(s_json), _ => Console.WriteLine(Summary(outcomes, elapsed, data)));
        return outcomes.Any(outcome => outcome.Status == FileStatus.Failed) ? 1 : 0;
    }

    /// <summary>Indexes files, and those of folders, into a data folder with progress on standard error.</summary>
    /// <returns>Id of the model, and what became of each file.</returns>
    public static async Task<(string Model, IReadOnlyList<FileOutcome> Outcomes)> IndexAsync(
        string[] paths, string dataPath, CollectionId collection, string? modelName, ComputeOptions engine,
        FeaturizeOptions featurize, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        var files = MediaFiles.Find(paths);
        foreach (var reason in files.LeftOut)
            Console.Error.WriteLine($"tcmgc: {FilePaths.OneLine(reason)}; left out");
        using var data = await DataFolder.OpenAsync(dataPath, time, cancel);
        using var work = data.LockForWork();
        var folder = await ModelChoice.OfAsync(modelName, data, cancel);
        using var model = folder.Load(engine);
        await using var encoder = new VideoEncoder(model, data.Blobs, time, featurize);
        using var room = new FramePackRoom(DecodedAhead);
        var lines = new Progress(time);
        var progress = new IndexProgress(files.Files.Count, lines);
        var encoding = new EncodeWorker(encoder, data.Events, data.Blobs, data.Index, data.Catalog, time)
        {
            ModelFolder = Path.GetFullPath(folder.Path),
            Progress = progress,
            Room = room,
        };
        await encoding.BindAsync(cancel); // Before anything is decoded: the index may be of another model.
        var decoder = new VideoDecoder(data.Blobs, model.FrameSide, time, new());
        var decoding = new DecodeWorker(decoder, data.Events, data.Blobs, data.Catalog, time)
        {
            Progress = progress,
            Room = room,
        };

        using var log = new WarningLog(progress.Warn);
        var workers = new IndexWorkers(data, decoding, encoding, log);
        var indexing = new Indexing(data, collection, workers, model.Id, time);
        var audit = Audit.Of(data.Path);
        var outcomes = await indexing.RunAsync(files.Files, outcome =>
        {
            progress.Tell(outcome);
            if (outcome is { Status: FileStatus.Indexed, Video: { } video })
                audit.Tell(AuditActions.Upload, video.Value, outcome.Path);
        }, progress.Warn, cancel);
        lines.Clear();
        return (model.Id, outcomes);
    }

    private static Row Describe(FileOutcome outcome) => new(outcome.Path, outcome.Status, outcome.Video,
        outcome.Entry?.Duration, outcome.Entry?.Frames, outcome.Entry?.Segments, outcome.Reason, outcome.Entry?.Warning);

    private static string Summary(IReadOnlyList<FileOutcome> outcomes, TimeSpan elapsed, string data)
    {
        var fresh = outcomes.Where(outcome => outcome.Status == FileStatus.Indexed).ToList();
        var frames = fresh.Sum(outcome => outcome.Entry!.Frames ?? 0);
        var parts = new List<string> { $"{fresh.Count} indexed ({frames} frames) in {elapsed.TotalSeconds:F1} s" };
        Add(FileStatus.AlreadyIndexed, "there already");
        Add(FileStatus.Duplicate, "with the content of another");
        Add(FileStatus.Failed, "failed");
        return $"{FilePaths.Name(data)}: {string.Join(", ", parts)}";

        void Add(FileStatus status, string words)
        {
            if (outcomes.Count(outcome => outcome.Status == status) is var count and > 0)
                parts.Add($"{count} {words}");
        }
    }
}
