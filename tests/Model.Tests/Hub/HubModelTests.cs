using TcMgc.Model.Hub;

namespace TcMgc.Model.Tests.Hub;

public sealed class HubModelTests
{
    [Theory]
    [InlineData("ViT-B/32", "openai/clip-vit-base-patch32")]
    [InlineData("vit-l/14@336PX", "openai/clip-vit-large-patch14-336")]
    [InlineData("clip-vit-base-patch16", "openai/clip-vit-base-patch16")]
    [InlineData("vit-b/32-laion-2b", "laion/CLIP-ViT-B-32-laion2B-s34B-b79K")]
    [InlineData("ViT-L/14-DataComp-1B", "laion/CLIP-ViT-L-14-DataComp.XL-s13B-b90K")]
    [InlineData("openai/clip-vit-large-patch14", "openai/clip-vit-large-patch14")]
    [InlineData("somebody/her_own.clip-2", "somebody/her_own.clip-2")]
    public void A_model_is_found_by_short_name_by_name_and_as_owner_and_name(string name, string repository) =>
        Assert.Equal(repository, HubModel.Parse(name).Repository);

    [Theory]
    [InlineData("")]
    [InlineData("ViT-B/")]
    [InlineData("clip")]
    [InlineData("../etc")]
    [InlineData("owner/..")]
    [InlineData("owner/name/file")]
    [InlineData("owner/na?me")]
    [InlineData("owner/name\n")]
    public void Another_name_is_refused_with_the_names_there_are(string name) =>
        Assert.Contains(
            "ViT-B/32, ViT-B/32-LAION-2B", Assert.Throws<ModelException>(() => HubModel.Parse(name)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Every_short_name_starts_with_an_architecture() =>
        Assert.All(HubModel.Named.Keys, name => Assert.Contains(ClipArchitecture.Named.Keys,
            architecture => name == architecture || name.StartsWith(architecture + "-", StringComparison.Ordinal)));
}
