namespace TcMgc.Tests.Common;

/// <summary>A folder of a test's own, gone with the test.</summary>
public abstract class TemporaryFolder : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("tcmgc-test-").FullName;

    protected string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
