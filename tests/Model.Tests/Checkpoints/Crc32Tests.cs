using System.Text;
using TcMgc.Model.Checkpoints;

namespace TcMgc.Model.Tests.Checkpoints;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Checksums_are_those_of_the_standard(string text, uint expected) =>
    Assert.Equal(expected, Crc32.Of(Encoding.ASCII.GetBytes(text)));
}
