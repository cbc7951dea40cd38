using TcMgc.Model.Native;
using TorchSharp;

namespace TcMgc.Model.Tests.Native;

public sealed class LibTorchTests : TemporaryFolder
{
    [Fact]
    public void Many_threads_may_load_at_once_and_each_adds_tensors_then()
    {
        const int threads = 8;
        using var start = new Barrier(threads);
        var sums = new float[threads];
        var workers = Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            LibTorch.Load();
            using var scope = torch.NewDisposeScope();
            sums[i] = (torch.ones(2, 3) + i).sum().item<float>();
        })).ToList();

        workers.ForEach(worker => worker.Start());
        workers.ForEach(worker => worker.Join());

        Assert.Equal([.. Enumerable.Range(0, threads).Select(i => 6f * (1 + i))], sums);
    }

    [Fact]
    public void Loading_leaves_the_packages_file_as_it_was_and_no_file_behind()
    {
        var before = LibrariesOfThisProgram.TorchSharp();
        var files = Directory.GetFiles(LibrariesOfThisProgram.Folder);

        LibTorch.Load();

        Assert.Equal(before, LibrariesOfThisProgram.TorchSharp());
        Assert.Equal(files, Directory.GetFiles(LibrariesOfThisProgram.Folder));
    }

    [Fact]
    public void A_folder_without_the_libraries_is_refused_in_one_line_that_says_what_to_do()
    {

        var error = Assert.Throws<ModelException>(() => LibTorch.LoadFrom(Folder));

        Assert.StartsWith("libtorch does not load: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(At("libtorch."), error.Message, StringComparison.Ordinal);
        Assert.EndsWith("build or publish the program again.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_damaged_library_is_refused_in_one_line_that_names_it()
    {
        var original = LibrariesOfThisProgram.TorchSharp();
        foreach (var file in Directory.GetFiles(LibrariesOfThisProgram.Folder, "*.so*"))
            File.CreateSymbolicLink(At(Path.GetFileName(file)), file);
        var damaged = At("libLibTorchSharp.so");
        File.Delete(damaged);
        File.WriteAllBytes(damaged, [.. original.Skip(1)]);

        var error = Assert.Throws<ModelException>(() => LibTorch.LoadFrom(Folder));

        Assert.Contains($"libtorch does not load: {damaged}: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
