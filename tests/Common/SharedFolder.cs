using System.Runtime.CompilerServices;

namespace TcMgc.Tests.Common;

/// <summary>
/// Optional reference material in <c>shared</c> beside the repository (or where TCMGC_SHARED points). It is not part of the
/// product: tests that use it are skipped, with this reason, where it is absent.
/// </summary>
internal static class SharedFolder
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string? Root { get; } = Find();

    public const string Absent = "the reference material (folder 'shared' beside the repository, or TCMGC_SHARED) is not here";

    public static string Path(params string[] parts) =>
        System.IO.Path.Combine([Root ?? throw new InvalidOperationException(Absent), .. parts]);

    private static string? Find()
    {
        var folder = Environment.GetEnvironmentVariable("TCMGC_SHARED")
            ?? System.IO.Path.Combine(RepositoryRoot, "..", "shared");
        return Directory.Exists(folder) ? System.IO.Path.GetFullPath(folder) : null;
    }

    private static string FindRoot([CallerFilePath] string thisFile = "")
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            if (File.Exists(System.IO.Path.Combine(folder, "TcMgc.sln")))
                return folder;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, "..", ".."));
    }
}

/// <summary>A fact that needs <see cref="SharedFolder"/>; skipped with the reason where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = SharedFolder.Root is null ? SharedFolder.Absent : null;
}

/// <summary>A theory that needs <see cref="SharedFolder"/>; skipped with the reason where it is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line) =>
        Skip = SharedFolder.Root is null ? SharedFolder.Absent : null;
}
