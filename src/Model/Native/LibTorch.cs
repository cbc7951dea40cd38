using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace TcMgc.Model.Native;

/// <summary>
/// Loads libtorch and TorchSharp's library above it. Where the system's libstdc++ is older than the one TorchSharp was built with
/// (Debian 12, Ubuntu 22.04), TorchSharp cannot do so itself.
/// </summary>
internal static partial class LibTorch
{
    private static readonly string s_extension = OperatingSystem.IsMacOS() ? "dylib" : "so";
    private static readonly string s_torchSharp = $"libLibTorchSharp.{s_extension}";
    private static readonly OnDemand<nint> s_loaded = new(() => LoadFrom(FolderOfLibraries()));

    /// <summary>
    /// Loads the libraries unless they are loaded. To be called before the first use of TorchSharp, from any thread; the first
    /// call takes about 0.3 s.
    /// </summary>
    /// <exception cref="ModelException">A library is missing or does not run on this system.</exception>
    public static void Load() => _ = s_loaded.Value;

    /// <summary>A function of libtorch or of a library that it brings along; 0 where it has none of that name.</summary>
    public static nint Function(string name) => NativeLibrary.TryGetExport(s_loaded.Value, name, out var address) ? address : 0;

    /// <summary>Loads the libraries of one folder and makes TorchSharp use them.</summary>
    /// <returns>The handle of TorchSharp's library.</returns>
    internal static nint LoadFrom(string folder)
    {
        // Threads that wait spin for some ten microseconds, which bridges the gap to the next operator, and then sleep: longer
        // spinning would stop what else runs on the cores. libgomp reads it when it is loaded.
        if (!OperatingSystem.IsMacOS() && Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is null)
            _ = SetEnvironment("GOMP_SPINCOUNT", "1000", overwrite: 0);
        // libtorch brings the libraries that it needs from its folder, and TorchSharp's library finds them in the process.
        _ = LoadFile(Path.Combine(folder, $"libtorch.{s_extension}"));
        var path = Path.Combine(folder, s_torchSharp);
        if (NativeLibrary.TryLoad(path, out var handle)) return handle;
        if (!OperatingSystem.IsLinux()) return LoadFile(path);
        handle = LoadRelaxed(path);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == "LibTorchSharp" ? handle : 0);
        return handle;
    }

    /// <summary>The folder beside or below the program where the build puts native libraries.</summary>
    private static string FolderOfLibraries()
    {
        var folders = ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator)
            .Prepend(AppContext.BaseDirectory);
        return folders.FirstOrDefault(folder => File.Exists(Path.Combine(folder, s_torchSharp)))
            ?? throw Failure($"{s_torchSharp} is not in the program's folder {AppContext.BaseDirectory}");
    }

    private static nint LoadRelaxed(string path)
    {
        var library = File.ReadAllBytes(path);
        // Where this is not what kept the library from loading, the second attempt says what did.
        if (!VersionNeeds.TryMakeOptional(library, VersionNeeds.Glibcxx3432)) return LoadFile(path);

        // A file in memory: the package's own is not ours to change, and the program's folder may be read-only.
        using var file = new SafeFileHandle(MemfdCreate(s_torchSharp, 0), ownsHandle: true);
        if (file.IsInvalid) throw Failure($"no file in memory can be made (error {Marshal.GetLastPInvokeError()})");
        RandomAccess.Write(file, library, 0);
        return LoadFile($"/proc/self/fd/{file.DangerousGetHandle()}");
    }

    private static nint LoadFile(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // The loader's own words are the last line of the message.
            throw Failure(e.Message.TrimEnd().Split('\n')[^1], e);
        }
    }

    private static ModelException Failure(string reason, Exception? cause = null) => new(
        $"libtorch does not load: {reason}. It runs on Linux (x64; Debian 12, Ubuntu 22.04 or newer) and macOS (arm64); there,"
        + " build or publish the program again.", cause!);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MemfdCreate(string name, uint flags);
}
