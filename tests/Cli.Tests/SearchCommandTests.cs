using TcMgc.Stores;

namespace TcMgc.Cli.Tests;

public sealed class SearchCommandTests
{
    [Theory]
    [InlineData("--uploaded-after", "3/4/2026", "'3/4/2026' is not a time")]
    [InlineData("--uploaded-before", "yesterday", "'yesterday' is not a time")]
    [InlineData("--min-duration", "-1", "at least 0")]
    [InlineData("--max-duration", "NaN", "at least 0")]
    public async Task An_invalid_filter_is_refused_with_the_reason(string option, string value, string reason)
    {
        var (status, _, errors) = await CommandRun.Of("search", "a red circle", option, value, "--data", "nowhere");

        Assert.Equal(2, status);
        Assert.Contains(reason, errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-21")]
    [InlineData("2026-11-21T16:30")]
    [InlineData("2026-11-21T16:30:05Z")]
    [InlineData("2026-11-21T16:30:05.25+02:00")]
    public async Task A_day_and_a_time_are_accepted(string time)
    {
        var (status, _, errors) = await CommandRun.Of("search", "a red circle", "--uploaded-after", time, "--data", "nowhere");

        Assert.Equal(1, status); // There is no such folder: the command line itself is right.
        Assert.Contains("nowhere", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_found_it_says_what_the_model_knows()
    {
        using var folder = new ScratchFolder();
        (await DataFolder.OpenAsync(folder.Path, TimeProvider.System, CancellationToken.None)).Dispose();
        var tiny = Path.Combine(SharedFolder.RepositoryRoot, "models", "tiny");

        var (status, output, errors) = await CommandRun.Of("search", "a dog", "--data", folder.Path, "--model", tiny);

        Assert.Equal(0, status);
        Assert.StartsWith("nothing is indexed yet", output, StringComparison.Ordinal);
        Assert.Contains("the model tiny knows drawn shapes", errors, StringComparison.Ordinal);
        Assert.Contains("tcmgc model pull", errors, StringComparison.Ordinal);
    }
}
