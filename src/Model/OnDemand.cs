using System.Runtime.CompilerServices;

namespace TcMgc.Model;

/// <summary>
/// A value that is made when it is asked for first, once. Where that fails it is made when it is asked for again: a full disk or
/// too little memory passes, and <see cref="Lazy{T}"/> would remember it.
/// </summary>
/// <param name="make">Makes the value.</param>
internal sealed class OnDemand<T>(Func<T> make)
{
    private readonly Lock _gate = new();
    private volatile StrongBox<T>? _made;

    /// <summary>The value; what cannot be made throws as its maker does.</summary>
    public T Value
    {
        get
        {
            if (_made is { } made)
                return made.Value!;
            lock (_gate)
                return (_made ??= new(make())).Value!;
        }
    }

    /// <summary>Whether the value was made.</summary>
    public bool IsMade => _made is not null;
}
