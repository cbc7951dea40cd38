using TcMgc.Model.Hub;

namespace TcMgc.Model.Tests.Hub;

public sealed class HubAddressTests
{
    private static readonly HubModel s_model = HubModel.Named["ViT-B/32"];

    [Theory]
    [InlineData("https://hub.example", "https://hub.example")]
    [InlineData("https://hub.example/mirror/", "https://hub.example/mirror")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    public void An_address_has_repository_and_revision(string address, string expected) =>
        Assert.Equal($"{expected}/openai/clip-vit-base-patch32/resolve/refs%2Fpr%2F1/config.json",
            HubAddress.Of(address).File(s_model, "refs/pr/1", "config.json").AbsoluteUri);

    [Theory]
    [InlineData("http://hub.example", "over HTTPS only")]
    [InlineData("ftp://hub.example", "over HTTPS only")]
    [InlineData("/nowhere/models", "there is no such folder")]
    [InlineData("hub.example", "is not a hub's address")]
    [InlineData("https://hub.example/?token=1", "is not a hub's address")]
    public void An_invalid_or_unprotected_address_is_refused(string address, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModelException>(() => HubAddress.Of(address)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("https://hub.example", "https://content.example", true)]
    [InlineData("http://localhost:1", "https://content.example", true)]
    [InlineData("http://localhost:1", "http://127.0.0.1:2", true)]
    [InlineData("https://hub.example", "http://content.example", false)]
    [InlineData("https://hub.example", "http://localhost:2", false)]
    [InlineData("http://localhost:1", "http://content.example", false)]
    [InlineData("http://localhost:1", "file:///etc/passwd", false)]
    public void A_redirect_never_leads_to_less_protection(string from, string to, bool expected) =>
        Assert.Equal(expected, HubAddress.MayRedirect(new(from), new(to)));
}
