using TcMgc.Shared;

namespace TcMgc.Featurizer;

/// <summary>How far the encoding of a video has come.</summary>
/// <param name="Video">The video.</param>
/// <param name="Done">Frames encoded.</param>
/// <param name="Frames">Frames in total.</param>
public readonly record struct EncodeProgress(VideoId Video, int Done, int Frames);
