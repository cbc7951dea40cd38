namespace TcMgc.Model;

/// <summary>The parts of TC-MGC, to be left out one by one in ablations.</summary>
[Flags]
public enum TcMgcParts
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>LVA; without it the video is the mean of its frames, and the frames are the same for every text.</summary>
    LanguageVideoAttention = 1,

    /// <summary>SR; without it every similarity takes part, where it is.</summary>
    SimilarityReorganisation = 2,

    /// <summary>LSA; without it the contrasts are averaged.</summary>
    LinearSoftmaxAggregation = 4,

    /// <summary>The contrast of video and sentence.</summary>
    VideoSentence = 8,

    /// <summary>The contrast of video and words.</summary>
    VideoWord = 16,

    /// <summary>The contrast of sentence and frames.</summary>
    SentenceFrame = 32,

    /// <summary>The contrast of frames and words.</summary>
    FrameWord = 64,

    /// <summary>The four contrasts.</summary>
    Contrasts = VideoSentence | VideoWord | SentenceFrame | FrameWord,

    /// <summary>TC-MGC as published.</summary>
    All = LanguageVideoAttention | SimilarityReorganisation | LinearSoftmaxAggregation | Contrasts,
}
