using TcMgc.Shared;

namespace TcMgc.Featurizer;

/// <summary>How far a video's encoding has come.</summary>
/// <param name="Video">The video.</param>
/// <param name="Done">Frames encoded.</param>
/// <param name="Frames">Frames in all.</param>
public readonly record struct FeaturizeProgress(VideoId Video, int Done, int Frames);
