namespace TcMgc.Model.Hub;

/// <summary>Progress of the download of one file.</summary>
/// <param name="File">Name of the file.</param>
/// <param name="Received">Bytes on disk, including those of earlier runs.</param>
/// <param name="Bytes">Size of the file in bytes.</param>
public readonly record struct DownloadProgress(string File, long Received, long Bytes);
