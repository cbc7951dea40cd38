using System.Diagnostics.CodeAnalysis;

namespace TcMgc.Shared;

/// <summary>What is wrong with a video that cannot be processed, however often it is tried.</summary>
/// <param name="Kind">One of a few words, for telemetry.</param>
/// <param name="Reason">One line for the user.</param>
public sealed record VideoFault(string Kind, string Reason);

/// <summary>What a step made of a video, or what is wrong with the video.</summary>
/// <typeparam name="T">What the step makes.</typeparam>
public readonly record struct StepResult<T> where T : class
{
    /// <summary>The step succeeded.</summary>
    public StepResult(T value) => Value = value;

    /// <summary>The video cannot be processed.</summary>
    public StepResult(VideoFault fault) => Fault = fault;

    /// <summary>What was made; null where there is a fault.</summary>
    public T? Value { get; }

    /// <summary>What is wrong; null where there is a value.</summary>
    public VideoFault? Fault { get; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool Succeeded => Fault is null;
}
