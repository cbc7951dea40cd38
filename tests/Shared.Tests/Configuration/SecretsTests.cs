using TcMgc.Shared.Configuration;

namespace TcMgc.Shared.Tests.Configuration;

public sealed class SecretsTests
{
    [Theory]
    [InlineData("http://localhost:6334", "http://localhost:6334")]
    [InlineData("http://me:s3cret@host:6334", "http://***@host:6334")]
    [InlineData("http://me:s3/cr@et@host", "http://***@host")]
    [InlineData("me:s3cret@host:1", "***@host:1")]
    [InlineData("//s3cret@", "//***@")]
    [InlineData("https://host/path?api-key=s3cret", "https://host/path?***")]
    [InlineData("me:s3cret@one:9092,two:9092,SSL://you:s3cret@three:9092", "***@one:9092,two:9092,SSL://***@three:9092")]
    [InlineData("", "")]
    public void An_address_is_told_without_who_logs_in_there(string address, string told) =>
        Assert.Equal(told, Secrets.HideIn(address));

    [Fact]
    public void A_message_is_told_without_the_values_of_secret_settings()
    {
        var settings = new Dictionary<string, string>
        {
            ["sasl.password"] = "s3cret",
            ["ssl.key.pem"] = "PEM",
            ["security.protocol"] = "sasl_ssl",
            ["sasl.oauthbearer.config"] = "",
        };

        Assert.Equal("'***' and '***' are no passwords of sasl_ssl",
            Secrets.HideIn("'s3cret' and 'PEM' are no passwords of sasl_ssl", settings));
    }
}
