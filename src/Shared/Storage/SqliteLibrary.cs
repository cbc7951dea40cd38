using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace TcMgc.Shared.Storage;

/// <summary>
/// Chooses the native SQLite: the system's, which its distribution keeps patched, and the one bundled with the package (of 2021)
/// where the system has none.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly string[] s_systemNames = ["libsqlite3.so.0", "libsqlite3.dylib"];

    [ModuleInitializer]
    [System.Diagnostics.CodeAnalysis.SuppressMessage("Usage", "CA2255", Justification = "The resolver must be set before the first connection of this assembly.")]
    internal static void Choose()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (var system in name == "e_sqlite3" ? s_systemNames : [])
            if (NativeLibrary.TryLoad(system, out var library))
                return library;
        return nint.Zero;
    }
}
