namespace TcMgc.Training;

/// <summary>A video and one of its captions.</summary>
/// <param name="Video">Index of the video in the frame store.</param>
/// <param name="Caption">The sentence.</param>
public sealed record TrainingPair(int Video, string Caption);
