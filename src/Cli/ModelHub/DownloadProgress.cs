namespace TcMgc.Cli.ModelHub;

/// <summary>How far the download of one file is.</summary>
/// <param name="File">Its name.</param>
/// <param name="Received">Bytes that are here, those of earlier runs included.</param>
/// <param name="Bytes">Bytes that it has.</param>
internal readonly record struct DownloadProgress(string File, long Received, long Bytes);
