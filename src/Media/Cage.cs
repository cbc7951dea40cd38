using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TcMgc.Shared;

namespace TcMgc.Media;

/// <summary>
/// What stands around a run of ffmpeg or ffprobe: limits that the system holds, a lower priority, no network where the system
/// lets a user say so, no variables of this process, and an end with this process, even by kill -9.
/// </summary>
internal static partial class Cage
{
    /// <summary>
    /// The program runs as a process group of its own. A second job reads a pipe from this process: the pipe ends when this
    /// process closes it, and when this process ends in whatever way; then the job kills the group. The shell itself only waits,
    /// so that nothing is left for others to reap. Where a limit of the system is lower than one of these, it stays.
    /// </summary>
    private const string Script = """
        set -m
        exec 3<&0 </dev/null
        { ulimit -c 0; ulimit -f $3; ulimit -d $2; ulimit -S -t $1; ulimit -H -t $(($1 + 30)); } 2>/dev/null
        shift 3
        "$@" 3<&- &
        run=$!
        exec >/dev/null 2>&1
        { read -r -u 3 || kill -KILL -- -$run; } &
        watch=$!
        trap '' HUP INT QUIT TERM
        exec 3<&-
        wait $run
        status=$?
        kill -KILL $watch
        wait $watch
        exit $status
        """;

    private const string Shell = "bash";

    /// <summary>What lowers the priority where <see cref="BackgroundPriority"/> does not.</summary>
    private static readonly string s_lower = OperatingSystem.IsLinux() ? "" : $"nice -n {BackgroundPriority.Nice} ";

    /// <summary>Bytes of a file that a program may write where it is meant to write none.</summary>
    public const long NoFile = 1 << 16;

    /// <summary>All that a program gets of this process's variables: what finds programs and their libraries.</summary>
    private static readonly string[] s_variables =
        ["PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"];

    private static readonly Lazy<string> s_withoutNetwork = new(WithoutNetwork);

    /// <summary>Starts a program in a folder.</summary>
    /// <param name="program">A path, or a name to find on PATH.</param>
    /// <param name="arguments">Its arguments as one string.</param>
    /// <param name="folder">Where it runs, and puts temporary files.</param>
    /// <param name="options">The limits.</param>
    /// <param name="fileBytes">Largest file that it may write.</param>
    /// <exception cref="Win32Exception">There is no bash.</exception>
    public static Process Start(string program, string arguments, string folder, MediaOptions options, long fileBytes)
    {
        var path = program.Contains(Path.DirectorySeparatorChar) ? Path.GetFullPath(program) : program;
        var cpu = Math.Ceiling(options.MaxCpuTime.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(Shell,
            $"-c {Quoted(Script)} {Shell} {cpu} {options.MaxMemoryBytes >> 10} {(fileBytes + 1023) >> 10} "
                + $"{s_withoutNetwork.Value}{s_lower}{Quoted(path)} {arguments}")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var other in start.Environment.Keys.Except(s_variables).ToList())
            start.Environment.Remove(other);
        start.Environment["TMPDIR"] = folder;
        start.Environment["LC_ALL"] = "C";
        start.Environment["AV_LOG_FORCE_NOCOLOR"] = "1";
        return StartBehind(start);
    }

    /// <summary>
    /// Starts a program at a lower priority: it has that of the thread that starts it, which is one of its own, for those of the
    /// pool keep theirs.
    /// </summary>
    private static Process StartBehind(ProcessStartInfo start) => Task.Factory.StartNew(
        () =>
        {
            BackgroundPriority.Enter();
            return Process.Start(start)!;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();

    /// <summary>
    /// What runs a program in a network namespace without an interface; empty where the system has none, or lets no user make
    /// one.
    /// </summary>
    private static string WithoutNetwork()
    {
        var command = Environment.IsPrivilegedProcess ? "-n" : "-U -n";
        try
        {
            using var tried = Process.Start(new ProcessStartInfo("unshare", $"{command} true") { RedirectStandardError = true })!;
            tried.WaitForExit();
            return tried.ExitCode == 0 ? $"unshare {command} " : "";
        }
        catch (Win32Exception)
        {
            return "";
        }
    }

    /// <summary>One argument as <see cref="ProcessStartInfo.Arguments"/> reads it.</summary>
    private static string Quoted(string argument) => $"\"{Backslashes().Replace(argument, "$1$1").Replace("\"", "\\\"")}\"";

    /// <summary>Those before a quote, which they would change.</summary>
    [GeneratedRegex("""(\\+)(?="|\z)""")]
    private static partial Regex Backslashes();
}
