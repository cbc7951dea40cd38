namespace TcMgc.Shared.Events;

/// <summary>What a video's file is, by ffmpeg's names: it says whether browsers play it.</summary>
/// <param name="Container">Names of the container, joined by commas.</param>
/// <param name="Codec">Codec of the pictures.</param>
/// <param name="Pixels">Their pixel format; null where unknown.</param>
/// <param name="Sound">Codec of the first sound; null where there is none.</param>
public sealed record VideoFormat(string Container, string Codec, string? Pixels = null, string? Sound = null);
