using TcMgc.Model;
using TcMgc.Model.Compute;
using TcMgc.Training.Evaluation;

namespace TcMgc.Training.Tests.Evaluation;

public sealed class EvaluatedModelTests
{
    [Fact]
    public void A_head_without_weights_fits_every_model()
    {
        var exactly = new ComputeOptions { Threads = 1, Precision = Precision.Float32 };
        using var tiny = new TinyModel("tcmgc");
        using var own = tiny.Folder.Load(exactly);

        using var model = EvaluatedModel.Load(tiny.Folder, "clip4clip-mean-pooling", exactly);

        Assert.Equal("clip4clip-mean-pooling", model.Config.Head);
        Assert.All(own.EncodeText("a red circle").Sentence.Zip(model.EncodeText("a red circle").Sentence),
            pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    [Fact]
    public void A_head_whose_weights_the_model_has_is_loaded()
    {
        using var tiny = new TinyModel("tcmgc");

        using var model = EvaluatedModel.Load(tiny.Folder, "clip4clip-sequential-transformer", new() { Threads = 1 });

        Assert.NotEmpty(model.EncodeText("a red circle").Query);
    }

    [Fact]
    public void A_head_whose_weights_the_model_lacks_is_refused_by_their_names()
    {
        using var tiny = new TinyModel("clip4clip-sequential-transformer");

        var error = Assert.Throws<ModelException>(() => EvaluatedModel.Load(tiny.Folder, "xclip", new()));

        Assert.Contains("local_mat_weight", error.Message, StringComparison.Ordinal);
        Assert.Contains("--head xclip", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_head_is_refused_with_the_known_names()
    {
        using var tiny = new TinyModel();

        var error = Assert.Throws<ModelException>(() => EvaluatedModel.Load(tiny.Folder, "headless", new()));

        Assert.Contains("xclip", error.Message, StringComparison.Ordinal);
    }
}
