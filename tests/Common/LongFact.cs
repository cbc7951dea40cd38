using System.Runtime.CompilerServices;

namespace TcMgc.Tests.Common;

/// <summary>Tests of minutes, which run where <c>TCMGC_LONG</c> is 1.</summary>
internal static class LongTests
{
    public const string NotAsked = "takes minutes; it runs where TCMGC_LONG is 1";

    public static bool Asked { get; } = Environment.GetEnvironmentVariable("TCMGC_LONG") == "1";
}

/// <summary>A fact that takes minutes; skipped with the reason where it was not asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongFactAttribute : FactAttribute
{
    public LongFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = LongTests.Asked ? null : LongTests.NotAsked;
}
