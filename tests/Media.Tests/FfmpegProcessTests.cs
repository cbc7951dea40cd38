using System.ComponentModel;

namespace TcMgc.Media.Tests;

public sealed class FfmpegProcessTests
{
    public static TheoryData<Exception> Refusals =>
    [
        new InvalidOperationException("it has ended"),
        new Win32Exception("it belongs to someone else"),
        new AggregateException("one of its children cannot be ended"),
    ];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Whoever_cancels_is_not_told_that_a_process_cannot_be_killed(Exception refusal)
    {
        using var cancel = new CancellationTokenSource();
        using var kill = cancel.Token.Register(() => FfmpegProcess.Try(() => throw refusal));

        var thrown = Record.Exception(cancel.Cancel);

        Assert.Null(thrown);
    }
}
