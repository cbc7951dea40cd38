using System.Runtime.CompilerServices;

namespace TcMgc.Tests.Common;

/// <summary>Tests that take minutes and run where <c>TCMGC_LONG</c> is 1.</summary>
internal static class LongTests
{
    public const string Skipped = "takes minutes; it runs where TCMGC_LONG is 1";

    public static bool Enabled { get; } = Environment.GetEnvironmentVariable("TCMGC_LONG") == "1";
}

/// <summary>A fact that takes minutes; skipped with the reason where it is not enabled.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = LongTests.Enabled ? null : LongTests.Skipped;
}
