namespace TcMgc.Model.Tests.Native;

/// <summary>The native libraries that the build put beside the tests, Linux's.</summary>
internal static class LibrariesOfThisProgram
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native");

    public static byte[] TorchSharp()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "libLibTorchSharp.so is Linux's");
        return File.ReadAllBytes(Path.Combine(Folder, "libLibTorchSharp.so"));
    }
}
