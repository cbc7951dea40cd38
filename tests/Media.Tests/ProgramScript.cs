using System.Diagnostics;
using System.Runtime.Versioning;

namespace TcMgc.Media.Tests;

/// <summary>A program in ffmpeg's or ffprobe's place.</summary>
[UnsupportedOSPlatform("windows")]
internal static class ProgramScript
{
    /// <summary>Its path, in a folder of its own under the clips' one.</summary>
    public static string Make(string folder, string name, string body)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(TestClips.Folder, folder)).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>The numbers that the script wrote to a file, once it has.</summary>
    public static async Task<int[]> ProcessIdsAsync(string file)
    {
        while (!File.Exists(file))
            await Task.Yield();
        var text = await File.ReadAllTextAsync(file);
        return [.. text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
    }

    /// <summary>True when a process ends within some seconds, or has ended.</summary>
    public static bool Ends(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return process.WaitForExit(5000);
        }
        catch (ArgumentException)
        {
            return true; // There is no such process any more.
        }
    }
}
