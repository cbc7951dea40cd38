namespace TcMgc.Cli.Tests;

/// <summary>How names are shown: whole, on one line, and none like another.</summary>
public sealed class FilePathsTests
{
    [Theory]
    [InlineData("holiday.mp4", "holiday.mp4")]
    [InlineData("ünï-猫-🎬.mp4", "ünï-猫-🎬.mp4")]
    [InlineData("my holiday.mp4", "'my holiday.mp4'")]
    [InlineData("it's \"new\".mp4", "'it'\\''s \"new\".mp4'")]
    [InlineData("back\\slash.mp4", "'back\\slash.mp4'")]
    [InlineData("new\nline.mp4", "$'new\\nline.mp4'")]
    [InlineData("it's\ta\\b.mp4", "$'it\\'s\\ta\\\\b.mp4'")]
    [InlineData("gpj\u202E4pm.mp4", "$'gpj\\u202e4pm.mp4'")]
    [InlineData("no\u00A0break.mp4", "$'no\\u00a0break.mp4'")]
    [InlineData("", "''")]
    public void A_name_is_shown_as_a_shell_takes_it(string name, string shown) => Assert.Equal(shown, FilePaths.Name(name));

    [Fact]
    public void A_path_is_relative_to_the_current_folder_where_it_lies_below()
    {
        Assert.Equal("'a b/c.mp4'", FilePaths.Display(Path.Combine(Environment.CurrentDirectory, "a b", "c.mp4")));
        Assert.Equal("/elsewhere/c.mp4", FilePaths.Display("/elsewhere/c.mp4"));
    }

    [Fact]
    public void A_text_is_one_line_whatever_it_holds() =>
        Assert.Equal("one\\ntwo \\u001b[31mred", FilePaths.OneLine("one\ntwo \u001b[31mred"));
}
