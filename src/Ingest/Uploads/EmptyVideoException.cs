using TcMgc.Shared;

namespace TcMgc.Ingest.Uploads;

/// <summary>A video that has no bytes.</summary>
internal sealed class EmptyVideoException() : UserException("the video is empty");
