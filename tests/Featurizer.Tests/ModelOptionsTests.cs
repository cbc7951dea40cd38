using Microsoft.Extensions.Configuration;
using TcMgc.Model;
using TcMgc.Model.Store;
using TcMgc.Shared;
using TcMgc.Shared.Configuration;

namespace TcMgc.Featurizer.Tests;

public sealed class ModelOptionsTests
{
    [Theory]
    [InlineData("Device", "gpu", "cpu or cuda")]
    [InlineData("Precision", "float64", "auto, float32, bfloat16 or float16")]
    [InlineData("DeviceId", "64", "0 to 63")]
    [InlineData("Threads", "-1", "0 to 1024")]
    public void Keys_of_the_model_are_checked(string key, string value, string accepts)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(key, value)]).Build();

        var error = Assert.Throws<UserException>(() => Settings.Read<ModelOptions>(configuration));

        Assert.StartsWith($"{key} ", error.Message, StringComparison.Ordinal);
        Assert.Contains(accepts, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Model is not set")]
    [InlineData("/no/such/model", "Model: /no/such/model")]
    public void A_model_that_cannot_be_loaded_is_told_with_its_key(string? model, string told)
    {
        var error = Assert.Throws<ModelException>(() => new ModelOptions { Model = model }.Load());

        Assert.StartsWith(told, error.Message, StringComparison.Ordinal);
    }
}
