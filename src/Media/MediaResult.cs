using System.Diagnostics.CodeAnalysis;

namespace TcMgc.Media;

/// <summary>What a media file gave: a value, or one line that says why not (<c>FILE: reason</c> reads as a sentence).</summary>
/// <typeparam name="T">Of the value.</typeparam>
public readonly record struct MediaResult<T> where T : class
{
    internal MediaResult(T? value, string? reason) => (Value, Reason) = (value, reason);

    /// <summary>True where there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool Succeeded => Value is not null;

    /// <summary>The value; null where there is a reason.</summary>
    public T? Value { get; }

    /// <summary>What is wrong with the file, in one line without its name; null where there is a value.</summary>
    public string? Reason { get; }

    /// <summary>The file gave a value.</summary>
    public static implicit operator MediaResult<T>(T value) => new(value, null);
}

/// <summary>Makes results.</summary>
public static class MediaResult
{
    /// <summary>A file that gave nothing.</summary>
    /// <typeparam name="T">Type of the value that it lacks.</typeparam>
    /// <param name="reason">What is wrong with it, in one line without its name.</param>
    public static MediaResult<T> Refused<T>(string reason) where T : class => new(null, reason);
}
