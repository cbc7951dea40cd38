using FsCheck;
using FsCheck.Fluent;
using TcMgc.Model.Hub;

namespace TcMgc.Model.Tests.Hub;

public sealed class ModelDownloadTests : IDisposable, IProgress<DownloadProgress>
{
    private const string Repository = "openai/clip-vit-base-patch32", Weights = Repository + "/model.safetensors";

    private readonly LocalHub _hub = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("tcmgc-pull-").FullName;
    private readonly List<DownloadProgress> _progress = [];
    private readonly CancellationTokenSource _interrupt = new();
    private long _interruptAt = long.MaxValue;

    public ModelDownloadTests()
    {
        foreach (var name in new[] { "config.json", "vocab.json", "merges.txt" })
            _hub.Files[$"{Repository}/{name}"] = System.Text.Encoding.UTF8.GetBytes($"what {name} holds");
        _hub.Files[Weights] = Bytes(300_000);
    }

    public void Dispose()
    {
        _hub.Dispose();
        _interrupt.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    void IProgress<DownloadProgress>.Report(DownloadProgress value)
    {
        _progress.Add(value);
        if (value.Received >= _interruptAt)
            _interrupt.Cancel();
    }

    private static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<DownloadedModel> Pull(int retries = 0, string? address = null)
    {
        var options = new DownloadOptions { Retries = retries, RetryDelay = TimeSpan.Zero };
        using var client = new HubClient(options.Timeout);
        return await new ModelDownload(client, HubAddress.Of(address ?? _hub.Address), options)
            .RunAsync(HubModel.Parse(Repository), ModelDownload.DefaultRevision, _folder, this, _interrupt.Token);
    }

    private async Task<string> Refusal(int retries = 0, string? address = null)
    {
        var message = (await Assert.ThrowsAsync<ModelException>(() => Pull(retries, address))).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string[] Here() =>
        [.. Directory.EnumerateFiles(_folder).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private byte[] Pulled(string name = "model.safetensors") => File.ReadAllBytes(Path.Combine(_folder, name));

    [Fact]
    public async Task A_complete_model_is_downloaded_with_its_source()
    {
        var pulled = await Pull();

        Assert.Equal(["config.json", "merges.txt", "model.safetensors", "vocab.json"], Here());
        Assert.Equal(_hub.Files[Weights], File.ReadAllBytes(pulled.Weights));
        Assert.Equal($"{Repository}@{LocalHub.Commit}/model.safetensors", pulled.Source);
        Assert.Equal(new DownloadProgress("model.safetensors", 300_000, 300_000), _progress[^1]);
    }

    /// <summary>A copy by itself, and one in the layout of Hugging Face's cache, whose files are links too.</summary>
    [Theory]
    [InlineData("openai/clip-vit-base-patch32", null)]
    [InlineData("clip-vit-base-patch32", null)]
    [InlineData("models--openai--clip-vit-base-patch32/snapshots/0123", "models--openai--clip-vit-base-patch32/refs/main")]
    public async Task A_folder_of_copies_stands_for_a_hub(string copy, string? reference)
    {
        var offline = Directory.CreateTempSubdirectory("tcmgc-offline-").FullName;
        try
        {
            Assert.Contains(
                "holds no copy of openai/clip-vit-base-patch32", await Refusal(address: offline), StringComparison.Ordinal);
            var repository = Directory.CreateDirectory(Path.Combine(offline, copy)).FullName;
            if (reference is not null)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(offline, reference))!);
                await File.WriteAllTextAsync(Path.Combine(offline, reference), "0123\n");
            }
            Assert.Contains($"{repository}: there is no open_clip_config.json or config.json", await Refusal(address: offline),
                StringComparison.Ordinal);
            foreach (var (name, content) in _hub.Files)
                await File.WriteAllBytesAsync(Path.Combine(repository, Path.GetFileName(name)), content);

            var pulled = await Pull(address: offline);

            Assert.Equal(["config.json", "merges.txt", "model.safetensors", "vocab.json"], Here());
            Assert.Equal(_hub.Files[Weights], await File.ReadAllBytesAsync(pulled.Weights));
            Assert.Equal($"{Repository} in {repository}", pulled.Source);
            Assert.Equal(new DownloadProgress("model.safetensors", 300_000, 300_000), _progress[^1]);
        }
        finally
        {
            Directory.Delete(offline, recursive: true);
        }
    }

    [Fact]
    public async Task All_other_files_are_of_the_configurations_commit()
    {
        await Pull();

        Assert.Equal(["open_clip_config.json", "config.json"],
            _hub.Requests.Take(2).Select(request => request[$"HEAD {Repository}/resolve/main/".Length..]));
        Assert.All(_hub.Requests.Where(r => r.StartsWith("HEAD", StringComparison.Ordinal)).Skip(2),
            request => Assert.Contains($"/resolve/{LocalHub.Commit}/", request, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_second_choice_is_used_where_the_first_is_missing()
    {
        _hub.Files.TryRemove($"{Repository}/merges.txt", out _);
        _hub.Files[$"{Repository}/tokenizer.json"] = [1];
        _hub.Files.TryRemove(Weights, out var weights);
        _hub.Files[$"{Repository}/pytorch_model.bin"] = weights!;

        await Pull();

        Assert.Equal(["config.json", "pytorch_model.bin", "tokenizer.json"], Here());
    }

    [Theory]
    [InlineData("open_clip_model.safetensors")]
    [InlineData("open_clip_pytorch_model.bin")]
    public async Task OpenCLIPs_configuration_selects_its_weights(string weights)
    {
        _hub.Files[$"{Repository}/open_clip_config.json"] = [1];
        _hub.Files[$"{Repository}/{weights}"] = [2];

        var pulled = await Pull();

        Assert.Equal(["merges.txt", "open_clip_config.json", weights, "vocab.json"], Here());
        Assert.Equal([2], File.ReadAllBytes(pulled.Weights));
    }

    [Theory]
    [InlineData("config.json", "no open_clip_config.json or config.json")]
    [InlineData("vocab.json", "no vocab.json with merges.txt or tokenizer.json")]
    [InlineData("model.safetensors", "no model.safetensors or pytorch_model.bin")]
    public async Task A_repository_that_lacks_a_part_is_refused_before_anything_is_downloaded(string missing, string reason)
    {
        _hub.Files.TryRemove($"{Repository}/{missing}", out _);

        Assert.Contains(reason, await Refusal(), StringComparison.Ordinal);
        Assert.Empty(_hub.Contents);
    }

    [Fact]
    public async Task A_broken_download_is_continued_where_it_broke()
    {
        _hub.BreakOffs.Enqueue(100_000);

        await Pull(retries: 1);

        Assert.Equal(_hub.Files[Weights], Pulled());
        Assert.Contains($"GET content/{Weights} 100000", _hub.Requests);
    }

    [Fact]
    public async Task An_interrupted_pull_is_continued_by_the_next_run()
    {
        _hub.BreakOffs.Enqueue(120_000);

        Assert.Contains("the download broke off", await Refusal(), StringComparison.Ordinal);
        Assert.DoesNotContain("model.safetensors", Here());
        await Pull();

        Assert.Equal(_hub.Files[Weights], Pulled());
        Assert.Contains($"GET content/{Weights} 120000", _hub.Requests);
        Assert.DoesNotContain(Here(), name => name.EndsWith(".partial", StringComparison.Ordinal));
    }

    [Fact]
    public void Wherever_a_download_breaks_off_the_file_is_complete_in_the_end() => Prop.ForAll(
        ArbMap.Default.ArbFor<int[]>().Generator.Select(points => points.Select(p => Math.Abs(p % 300_000)).ToArray())
        .ToArbitrary(),
        points =>
        {
            File.Delete(Path.Combine(_folder, "model.safetensors"));
            foreach (var point in points)
                _hub.BreakOffs.Enqueue(point);

            Pull(retries: points.Length).GetAwaiter().GetResult();

            _hub.BreakOffs.Clear();
            return Pulled().AsSpan().SequenceEqual(_hub.Files[Weights]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));

    [Fact]
    public async Task A_hub_that_sends_only_whole_files_sends_the_file_again()
    {
        _hub.ServesRanges = false;
        _hub.BreakOffs.Enqueue(100_000);

        await Pull(retries: 1);

        Assert.Equal(_hub.Files[Weights], Pulled());
    }

    [Fact]
    public async Task The_start_of_one_version_is_not_joined_with_the_end_of_another()
    {
        _hub.BreakOffs.Enqueue(100_000);
        await Refusal();
        _hub.Files[Weights] = Bytes(300_000, seed: 2);

        await Pull();

        Assert.Equal(_hub.Files[Weights], Pulled());
        Assert.Equal(4, Here().Length);
    }

    [Fact]
    public async Task A_complete_file_is_not_downloaded_again()
    {
        await Pull();
        var before = _hub.Contents.Count();

        await Pull();

        Assert.Equal(before, _hub.Contents.Count());
    }

    [Fact]
    public async Task A_file_with_another_hash_than_announced_is_removed()
    {
        _hub.Announced[Weights] = new('a', 64);

        Assert.Contains("does not have the SHA-256", await Refusal(retries: 3), StringComparison.Ordinal);
        Assert.Equal(["config.json", "merges.txt", "vocab.json"], Here());
    }

    [Fact]
    public async Task An_unreachable_hub_is_reported_in_one_line() =>
        Assert.Contains("cannot be reached", await Refusal(retries: 3, LocalHub.UnusedAddress()), StringComparison.Ordinal);

    [Theory]
    [InlineData(401, "no such repository, or does not give it to everyone (401)")]
    [InlineData(503, "cannot be reached: the hub answered 503")]
    [InlineData(418, "the hub answered 418")]
    public async Task A_refusal_of_the_hub_is_reported_in_one_line(int status, string reason)
    {
        _hub.Failures.Enqueue(status);

        Assert.Contains(reason, await Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://elsewhere.example/file", "which is not HTTPS")]
    [InlineData("/openai/clip-vit-base-patch32/resolve/main/config.json", "redirects more than")]
    public async Task A_forbidden_redirect_is_refused(string elsewhere, string reason)
    {
        _hub.Elsewhere = elsewhere;

        Assert.Contains(reason, await Refusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, "sends more than the")]
    [InlineData(1, "it ended after")]
    public async Task A_file_of_another_size_than_announced_is_refused(int misannounced, string reason)
    {
        _hub.Misannounced = misannounced;

        Assert.Contains(reason, await Refusal(), StringComparison.Ordinal);
        Assert.DoesNotContain("config.json", Here());
    }

    [Fact]
    public async Task Requests_to_a_busy_hub_are_retried()
    {
        _hub.Failures.Enqueue(503);
        _hub.Failures.Enqueue(429);

        await Pull(retries: 2);

        Assert.Equal(4, Here().Length);
    }

    [Fact]
    public async Task An_interrupt_keeps_the_received_bytes()
    {
        _interruptAt = 1000;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Pull(retries: 3));

        var partial = Assert.Single(Here(), name => name.EndsWith(".partial", StringComparison.Ordinal));
        Assert.Equal(_hub.Files[Weights][..(int)_progress[^1].Received], Pulled(partial));
        Assert.InRange(_progress[^1].Received, 1000, 299_999);
    }
}
