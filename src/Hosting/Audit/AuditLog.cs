using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using TcMgc.Stores;

namespace TcMgc.Hosting.Audit;

/// <summary>
/// The audit log: who changed what, a line of JSON each, in a file of the data folder that only its owner can read. Full files
/// are renamed <c>audit.1.jsonl</c> (the youngest), <c>audit.2.jsonl</c> and so on. Several processes may write.
/// </summary>
/// <param name="folder">The data folder.</param>
/// <param name="options">How much is kept.</param>
/// <param name="time">Dates entries.</param>
/// <param name="logger">Receives each entry, too, under the category <c>TcMgc.Audit</c>; null: nobody does.</param>
public sealed partial class AuditLog(string folder, AuditOptions options, TimeProvider time, ILogger? logger = null)
{
    /// <summary>The file that is written.</summary>
    public const string FileName = "audit.jsonl";

    /// <summary>Category of the entries in the service's own log.</summary>
    public const string Category = "TcMgc.Audit";

    private const int Attempts = 1000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Names as they are written, but line breaks.
    };

    private readonly Lock _gate = new();

    private string Current => Path.Combine(folder, FileName);

    /// <summary>Tells what a request did.</summary>
    /// <param name="http">The request.</param>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="video">The video; null where it is about none.</param>
    /// <param name="detail">What else tells it apart.</param>
    public void Tell(HttpContext http, string action, Guid? video, string? detail = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        var user = http.User.Identity is { IsAuthenticated: true } ? http.User : null;
        Tell(new(time.GetUtcNow(), action, (user?.FindFirst(ClaimTypes.NameIdentifier) ?? user?.FindFirst("sub"))?.Value,
            user?.Identity?.Name, $"{http.Connection.RemoteIpAddress}", null, video, detail));
    }

    /// <summary>Tells what a command of this machine's user did.</summary>
    /// <param name="action">One of <see cref="AuditActions"/>.</param>
    /// <param name="video">The video; null where it is about none.</param>
    /// <param name="detail">What else tells it apart.</param>
    public void Tell(string action, Guid? video, string? detail) =>
        Tell(new(time.GetUtcNow(), action, User: Environment.UserName, Video: video, Detail: detail));

    private void Tell(AuditEntry entry)
    {
        if (logger is not null)
            LogEntry(logger, entry.Action, entry.Video, entry.Detail, entry.Key, entry.Name, entry.Address, entry.User);
        try
        {
            lock (_gate)
                Append([.. JsonSerializer.SerializeToUtf8Bytes(entry, s_json), (byte)'\n']);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (logger is not null) // What was done is done; the entry is in this log.
                LogUnwritten(logger, Current, error.Message);
        }
    }

    private void Append(byte[] line)
    {
        OwnerOnly.CreateFolder(folder);
        using var turn = Lock();
        if (new FileInfo(Current) is { Exists: true } full && full.Length + line.Length > options.FileBytes)
            MoveOn();
        using var file = new FileStream(Current, OwnerOnly.Options(FileMode.Append, FileAccess.Write, FileShare.Read));
        file.Write(line);
    }

    private void MoveOn()
    {
        for (var at = options.Files - 1; at > 0; at--)
            if (Former(at - 1) is var younger && File.Exists(younger))
                File.Move(younger, Former(at), overwrite: true);
        for (var at = options.Files; File.Exists(Former(at)); at++) // More were kept before.
            File.Delete(Former(at));
        File.Delete(Current); // Where one is kept, it begins anew.
    }

    private string Former(int age) => age == 0 ? Current : Path.Combine(folder, $"audit.{age}.jsonl");

    /// <summary>One process writes at a time; the others wait for about a second at most.</summary>
    private FileStream Lock()
    {
        var wait = new SpinWait();
        for (var attempt = 1; ; attempt++)
            try
            {
                return new(Current + ".lock", OwnerOnly.Options(FileMode.OpenOrCreate, FileAccess.Write, FileShare.None));
            }
            catch (IOException) when (attempt < Attempts && Directory.Exists(folder))
            {
                wait.SpinOnce();
            }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "{Action} {Video} {Detail}: key {Key} {Name}, address {Address}, user {User}")]
    private static partial void LogEntry(
        ILogger logger, string action, Guid? video, string? detail, string? key, string? name, string? address, string? user);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} cannot be written: {Reason}")]
    private static partial void LogUnwritten(ILogger logger, string path, string reason);
}
