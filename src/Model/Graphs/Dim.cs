using System.Globalization;

namespace TcMgc.Model.Graphs;

/// <summary>
/// One axis of a shape: a number, or a number times symbols such as the count of texts that are known only when the graph runs.
/// Products and exact quotients of dimensions are dimensions again, so that reshapes are checked while the graph is built.
/// </summary>
public readonly record struct Dim
{
    private const char Times = '*';

    private Dim(long factor, string symbols)
    {
        Factor = factor;
        Symbols = symbols;
    }

    /// <summary>The known part.</summary>
    public long Factor { get; }

    /// <summary>The unknown part: symbol names in order, joined by '*'; empty when the dimension is a number.</summary>
    public string Symbols { get; }

    /// <summary>Whether the dimension is a number.</summary>
    public bool IsKnown => Symbols.Length == 0;

    /// <summary>A dimension known only when the graph runs.</summary>
    public static Dim Symbol(string name) => new(1, name);

    /// <summary>A known dimension.</summary>
    public static implicit operator Dim(long size) => new(size, "");

    /// <summary>A symbol.</summary>
    public static implicit operator Dim(string symbol) => Symbol(symbol);

    /// <summary>The symbols one by one.</summary>
    internal string[] SymbolNames => IsKnown ? [] : Symbols.Split(Times);

    /// <summary>The product.</summary>
    public static Dim operator *(Dim a, Dim b) =>
        new(a.Factor * b.Factor, string.Join(Times, a.SymbolNames.Concat(b.SymbolNames).Order(StringComparer.Ordinal)));

    /// <summary>The exact quotient, or null where <paramref name="b"/> does not divide this dimension.</summary>
    public Dim? DividedBy(Dim b)
    {
        if (b.Factor == 0 || Factor % b.Factor != 0)
            return null;
        var left = SymbolNames.ToList();
        return b.SymbolNames.All(left.Remove) ? new(Factor / b.Factor, string.Join(Times, left)) : null;
    }

    /// <summary>The size once the symbols have values.</summary>
    public long Evaluate(IReadOnlyDictionary<string, long> symbols)
    {
        var size = Factor;
        foreach (var name in SymbolNames)
            size *= symbols[name];
        return size;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        IsKnown ? Factor.ToString(CultureInfo.InvariantCulture) : Factor == 1 ? Symbols : $"{Factor}*{Symbols}";
}
