using TcMgc.Model;
using TcMgc.Training.Verification;

namespace TcMgc.Training.Tests.Verification;

public sealed class GoldenFolderTests : IDisposable
{
    private static readonly Tolerances s_tolerances = new();

    private static readonly string s_tiny =
        Path.Combine(SharedFolder.RepositoryRoot, "tests", "Training.Tests", "Golden", "tiny");

    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_block_and_head_with_its_losses_and_gradients_agrees_with_our_golden_tensors()
    {
        var report = Assert.Single(GoldenFolder.Verify(s_tiny, s_tolerances, new()));

        Assert.Equal(16 + 107, report.Errors.Count);
        Assert.All(report.Errors, Agrees);
    }

    [Fact]
    public void A_changed_weight_shows()
    {
        foreach (var file in Directory.EnumerateFiles(s_tiny))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        var weights = Path.Combine(_folder, "weights.safetensors");
        var bytes = File.ReadAllBytes(weights);
        for (var i = bytes.Length - 200_000; i < bytes.Length; i += 4)
            bytes[i + 2] ^= 0x40;
        File.WriteAllBytes(weights, bytes);

        var report = Assert.Single(GoldenFolder.Verify(_folder, s_tolerances, new()));

        Assert.Contains(report.Errors, error => !error.Agrees);
    }

    [Fact]
    public void A_folder_without_recorded_tensors_is_refused()
    {
        Assert.Throws<ModelException>(() => GoldenFolder.Verify(_folder, s_tolerances, new()));
    }

    [SharedTheory]
    [InlineData("small", 2, 123)]
    [InlineData("masked", 2, 123)]
    [InlineData("torchscript", 1, 3)]
    [InlineData("hugging-face", 1, 3)]
    public void Every_recorded_tensor_of_the_reference_agrees_in_every_layout(string folder, int weightFiles, int tensors)
    {
        var reports = GoldenFolder.Verify(SharedFolder.Path("golden", folder), s_tolerances, new());

        Assert.Equal(weightFiles, reports.Count);
        Assert.All(reports, report => Assert.Equal(tensors, report.Errors.Count));
        Assert.All(reports.SelectMany(r => r.Errors), Agrees);
    }

    private static void Agrees(TensorError error) =>
        Assert.True(error.Agrees, $"{error.Name}: {error.Error}, in 64-bit floats {error.ErrorIn64Bits}");
}
