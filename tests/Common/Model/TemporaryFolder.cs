namespace TcMgc.Tests.Common;

/// <summary>A temporary folder that is deleted with this object.</summary>
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
