namespace TcMgc.Client;

/// <summary>What a service is, and how it stands.</summary>
/// <param name="Version">The program's version.</param>
/// <param name="Model">The model that searches.</param>
/// <param name="Videos">Videos that are known, failed and waiting ones included.</param>
/// <param name="Waiting">Those of them that are not yet indexed.</param>
/// <param name="Segments">Segments in the index.</param>
public sealed record ServiceStatus(string Version, ModelStatus Model, int Videos, int Waiting, long Segments);

/// <summary>The model that a service searches with.</summary>
/// <param name="Id">Its name and the beginning of its weights' hash.</param>
/// <param name="About">What it knows, and what it does not; null where its card does not say.</param>
/// <param name="Head">How it scores.</param>
/// <param name="Device">Where it runs: cpu or cuda.</param>
/// <param name="Precision">What texts are encoded in: float32, bfloat16 or float16.</param>
public sealed record ModelStatus(string Id, string? About, string Head, string Device, string Precision);
