using Microsoft.Extensions.Time.Testing;

namespace TcMgc.Cli.Tests;

/// <summary>What long work shows where standard error is no terminal, as here.</summary>
public sealed class ProgressTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Every_quarter_of_a_minute_a_line_says_how_far_it_is_and_what_is_left()
    {
        var lines = Written(progress =>
        {
            progress.Show("0 of 10 videos", 0, 10);
            _time.Advance(TimeSpan.FromSeconds(14));
            progress.Show("1 of 10 videos", 1, 10);
            _time.Advance(TimeSpan.FromSeconds(6));
            progress.Show("2 of 10 videos", 2, 10);
            progress.Say("clip 3 is left out");
            _time.Advance(TimeSpan.FromSeconds(10));
            progress.Show("3 of 10 videos", 3, 10);
            progress.Clear();
        });

        Assert.Equal(["tcmgc: 0 of 10 videos", "tcmgc: 2 of 10 videos, about 00:01:20 left", "tcmgc: clip 3 is left out"], lines);
    }

    [Fact]
    public void What_was_there_at_the_start_took_no_time()
    {
        var left = new TimeLeft(_time);

        Assert.Equal("", left.After(600, 1000));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(", about 00:00:30 left", left.After(700, 1000));
        Assert.Equal("", left.After(0, 50)); // Other work.
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(", about 00:00:49 left", left.After(1, 50));
    }

    private string[] Written(Action<Progress> work)
    {
        var before = Console.Error;
        using var errors = new StringWriter();
        Console.SetError(errors);
        try
        {
            work(new(_time));
        }
        finally
        {
            Console.SetError(before);
        }
        return errors.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
    }
}
