namespace TcMgc.Client;

/// <summary>The collections of a service.</summary>
/// <param name="Collections">Those that have a video, by name.</param>
public sealed record CollectionList(IReadOnlyList<CollectionHolding> Collections);

/// <summary>What a collection holds; removed videos do not count.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Videos">Videos, failed and waiting ones included.</param>
/// <param name="Waiting">Those of them that are not yet indexed.</param>
/// <param name="Segments">Segments of those that are.</param>
/// <param name="Bytes">Size of all originals, in bytes.</param>
public sealed record CollectionHolding(string Name, int Videos, int Waiting, long Segments, long Bytes);
