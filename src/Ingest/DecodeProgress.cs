using TcMgc.Shared;

namespace TcMgc.Ingest;

/// <summary>How far the decoding of a video has come.</summary>
/// <param name="VideoId">The video.</param>
/// <param name="FileName">Its name as the user knows it.</param>
/// <param name="Frames">Frames taken so far, one for each second.</param>
/// <param name="Duration">Length of the video in seconds; null where its file does not say.</param>
public readonly record struct DecodeProgress(VideoId VideoId, string FileName, int Frames, double? Duration);
