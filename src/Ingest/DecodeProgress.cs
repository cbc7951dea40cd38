using TcMgc.Shared;

namespace TcMgc.Ingest;

/// <summary>How far the decoding of a video has come.</summary>
/// <param name="Video">The video.</param>
/// <param name="Frames">Frames decoded so far, one for each second.</param>
/// <param name="Duration">Length of the video in seconds; null where its file does not say.</param>
public readonly record struct DecodeProgress(VideoId Video, int Frames, double? Duration);
