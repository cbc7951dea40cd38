namespace TcMgc.Model.Text;

/// <summary>
/// The one character by which the vocabulary's files write each byte: printable Latin-1 stands for itself, the other
/// 68 bytes for U+0100 and up, so that no symbol is a space or a control character.
/// </summary>
internal static class ByteSymbols
{
    private static readonly char[] s_symbols = Symbols();
    private static readonly Dictionary<char, byte> s_bytes =
        Enumerable.Range(0, 256).ToDictionary(value => s_symbols[value], value => (byte)value);

    /// <summary>The bytes in the order of CLIP's vocabulary: those that stand for themselves first.</summary>
    public static IEnumerable<byte> VocabularyOrder { get; } =
        [.. Enumerable.Range(0, 256).Where(StandsForItself).Concat(
            Enumerable.Range(0, 256).Where(value => !StandsForItself(value)))
            .Select(value => (byte)value)];

    public static char Symbol(byte value) => s_symbols[value];

    public static bool TryByte(char symbol, out byte value) => s_bytes.TryGetValue(symbol, out value);

    private static char[] Symbols()
    {
        var symbols = new char[256];
        var next = (char)256;
        for (var value = 0; value < 256; value++)
            symbols[value] = StandsForItself(value) ? (char)value : next++;
        return symbols;
    }

    private static bool StandsForItself(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
}
