using System.Text;
using System.Threading.Channels;

namespace TcMgc.Tests.Common.Commands;

/// <summary>Keeps what a run writes, and passes on each line when it is complete. Any thread may write.</summary>
internal sealed class LineWriter(ChannelWriter<string> lines) : TextWriter
{
    private readonly StringBuilder _text = new();
    private int _lineStart;

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (_text)
            foreach (var character in buffer)
            {
                _text.Append(character);
                if (character != '\n')
                    continue;
                lines.TryWrite(_text.ToString(_lineStart, _text.Length - 1 - _lineStart));
                _lineStart = _text.Length;
            }
    }

    /// <summary>All that was written.</summary>
    public override string ToString()
    {
        lock (_text)
            return _text.ToString();
    }
}
