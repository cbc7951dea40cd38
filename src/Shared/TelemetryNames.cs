namespace TcMgc.Shared;

// All names in this program's telemetry: sources, spans, attributes, instruments. docs/telemetry.md explains them; dashboards and
// alerts in deploy/ depend on them.

/// <summary>Activity sources; the meter of the same part has the same name.</summary>
public static class SourceNames
{
    /// <summary>All sources of this program.</summary>
    public const string All = "TcMgc.*";

    /// <summary>The event log and its consumers.</summary>
    public const string Events = "TcMgc.Events";

    /// <summary>Uploading and decoding videos.</summary>
    public const string Ingest = "TcMgc.Ingest";

    /// <summary>Encoding frames and indexing them.</summary>
    public const string Featurizer = "TcMgc.Featurizer";

    /// <summary>Answering queries.</summary>
    public const string Search = "TcMgc.Search";
}

/// <summary>
/// Spans of this program. Those of requests are named by the instrumentation of ASP.NET Core, HttpClient and gRPC.
/// </summary>
public static class SpanNames
{
    /// <summary>Appending an event; the topic follows after a space. Also the messaging operation.</summary>
    public const string Send = "send";

    /// <summary>Handling an event; the topic follows after a space. Also the messaging operation.</summary>
    public const string Process = "process";

    /// <summary>Probing a video and decoding its frames.</summary>
    public const string Decode = "decode";

    /// <summary>Encoding all frames of a video.</summary>
    public const string Encode = "encode";

    /// <summary>Waiting of a video's frames for a batch.</summary>
    public const string BatchWait = "batch wait";

    /// <summary>A batch with frames of the video.</summary>
    public const string Batch = "batch";

    /// <summary>Writing a video's segments into the index.</summary>
    public const string Upsert = "upsert";

    /// <summary>Encoding a query's text.</summary>
    public const string Text = "text";

    /// <summary>Searching transcripts.</summary>
    public const string Transcripts = "transcripts";

    /// <summary>Searching titles, file names and tags.</summary>
    public const string Names = "names";

    /// <summary>Finding the candidate segments.</summary>
    public const string Candidates = "candidates";

    /// <summary>Reading the candidates' features.</summary>
    public const string Fetch = "fetch";

    /// <summary>Scoring the candidates.</summary>
    public const string Score = "score";
}

/// <summary>Attributes of spans and measurements; those of messaging and errors follow OpenTelemetry's conventions.</summary>
public static class AttributeNames
{
    /// <summary>kafka or sqlite.</summary>
    public const string MessagingSystem = "messaging.system";

    /// <summary>send or process.</summary>
    public const string OperationName = "messaging.operation.name";

    /// <summary>send or process.</summary>
    public const string OperationType = "messaging.operation.type";

    /// <summary>The topic.</summary>
    public const string Destination = "messaging.destination.name";

    /// <summary>The topic's partition.</summary>
    public const string Partition = "messaging.destination.partition.id";

    /// <summary>The consumer group.</summary>
    public const string Group = "messaging.consumer.group.name";

    /// <summary>The event's id.</summary>
    public const string MessageId = "messaging.message.id";

    /// <summary>Kind of error, one of a few words.</summary>
    public const string ErrorType = "error.type";

    /// <summary>The stage of the pipeline, or of a query.</summary>
    public const string Stage = "stage";

    /// <summary>texts, features or pictures.</summary>
    public const string Cache = "cache";

    /// <summary>hit or miss.</summary>
    public const string Result = "result";

    /// <summary>Frames in a batch.</summary>
    public const string BatchSize = "tcmgc.batch.size";
}

/// <summary>Instruments of this program.</summary>
public static class MetricNames
{
    /// <summary>Counter of retries of failed handlings.</summary>
    public const string EventRetries = "tcmgc.events.retries";

    /// <summary>Counter of events that went to the dead letters.</summary>
    public const string EventsRejected = "tcmgc.events.rejected";

    /// <summary>Gauge of events that a group has not committed.</summary>
    public const string EventLag = "tcmgc.events.lag";

    /// <summary>Histogram from an event's append until a catalog shows it, in seconds.</summary>
    public const string CatalogDelay = "tcmgc.catalog.delay";

    /// <summary>Counter of videos that cannot be indexed.</summary>
    public const string VideoFailures = "tcmgc.video.failures";

    /// <summary>Histogram from upload to searchable, in seconds.</summary>
    public const string VideoSearchable = "tcmgc.video.searchable.duration";

    /// <summary>Counter of uploaded bytes.</summary>
    public const string UploadBytes = "tcmgc.upload.bytes";

    /// <summary>Counter of decoded frames.</summary>
    public const string DecodedFrames = "tcmgc.decoder.frames";

    /// <summary>Counter of encoded frames.</summary>
    public const string EncodedFrames = "tcmgc.featurizer.frames";

    /// <summary>Histogram of frames in one call of the encoder.</summary>
    public const string BatchSize = "tcmgc.featurizer.batch.size";

    /// <summary>Gauge of frames that wait for a batch.</summary>
    public const string FrameQueue = "tcmgc.featurizer.queue";

    /// <summary>Histogram of a query's stages, in seconds.</summary>
    public const string SearchStage = "tcmgc.search.stage.duration";

    /// <summary>Counter of cache lookups.</summary>
    public const string CacheLookups = "tcmgc.search.cache.lookups";
}
