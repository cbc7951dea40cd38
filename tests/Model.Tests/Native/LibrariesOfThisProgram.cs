namespace TcMgc.Model.Tests.Native;

/// <summary>The native libraries that the build put beside the tests, Linux's.</summary>
internal static class LibrariesOfThisProgram
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    public static byte[] TorchSharp() => File.ReadAllBytes(Path.Combine(Folder, "libLibTorchSharp.so"));
}
