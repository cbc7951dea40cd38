namespace TcMgc.Model.Hub;

/// <summary>A published CLIP, with what helps to choose among them.</summary>
/// <param name="Name">Name by which it is pulled; begins with its architecture.</param>
/// <param name="Repository">Owner and name on the hub.</param>
/// <param name="Bytes">About what is downloaded, in bytes.</param>
/// <param name="FirstFound">
/// Of 100 sentences about Flickr30k's pictures, those whose picture it finds first among 1,000, as OpenCLIP publishes it.
/// </param>
/// <param name="Work">Work for a frame, as a multiple of that of ViT-B/32.</param>
public sealed record OfferedModel(string Name, string Repository, long Bytes, double FirstFound, double Work)
{
    /// <summary>OpenAI's CLIPs and two of OpenCLIP's, the least work first.</summary>
    public static IReadOnlyList<OfferedModel> All { get; } =
    [
        new("ViT-B/32", "openai/clip-vit-base-patch32", 605_000_000, 58.8, 1),
        new("ViT-B/32-LAION-2B", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", 605_000_000, 66.8, 1),
        new("ViT-B/16", "openai/clip-vit-base-patch16", 599_000_000, 62.2, 4),
        new("ViT-L/14", "openai/clip-vit-large-patch14", 1_710_000_000, 65.0, 18),
        new("ViT-L/14-DataComp-1B", "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K", 1_710_000_000, 73.4, 18),
        new("ViT-L/14@336px", "openai/clip-vit-large-patch14-336", 1_710_000_000, 66.9, 43),
    ];
}
