using Microsoft.Data.Sqlite;
using TcMgc.Shared;
using TcMgc.Shared.Blobs;

namespace TcMgc.Cli.Soak;

/// <summary>
/// Strikes the faults of a plan, one after the other: each ends, and everything is ready again, before the next.
/// </summary>
internal sealed class Striker(Installation installation, Ledger ledger, Record record, TimeProvider time)
{
    /// <summary>How long after the end of a fault a request may still be refused.</summary>
    private static readonly TimeSpan s_aftermath = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(50), s_patience = TimeSpan.FromMinutes(2);

    private long _ended = long.MinValue;
    private volatile Fault? _struck;

    /// <summary>Whether no fault is under way, nor was a moment ago.</summary>
    public bool IsCalm
    {
        get
        {
            var ended = Interlocked.Read(ref _ended);
            return _struck is null && (ended == long.MinValue || time.GetElapsedTime(ended) > s_aftermath);
        }
    }

    /// <summary>The fault that is under way; null where there is none.</summary>
    public Fault? Current => _struck;

    /// <summary>Strikes what the plan says.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="started">When it began.</param>
    /// <param name="progress">Receives each fault as it begins.</param>
    /// <param name="cancel">Ends the fault under way, and strikes no more.</param>
    public async Task RunAsync(SoakPlan plan, long started, Action<Fault> progress, CancellationToken cancel)
    {
        foreach (var fault in plan.Faults)
        {
            if (fault.At - time.GetElapsedTime(started) is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancel);
            if (time.GetElapsedTime(started) > plan.StrikesUntil)
                return;
            progress(fault);
            _struck = fault;
            try
            {
                record.Strike(fault, await StrikeAsync(fault, cancel));
            }
            catch (UserException error)
            {
                record.IsWrong($"{fault.Kind} {fault.Target}: {error.Message}");
            }
            var over = time.GetTimestamp();
            if (await installation.UntilReadyAsync(s_patience, time, cancel))
                record.Recoveries.Add(time.GetElapsedTime(over));
            else
                record.IsWrong($"not ready {s_patience.TotalSeconds:F0} s after {fault.Kind} {fault.Target}");
            Interlocked.Exchange(ref _ended, time.GetTimestamp());
            _struck = null;
        }
    }

    /// <summary>Strikes once.</summary>
    /// <returns>Whether there was a victim.</returns>
    private async Task<bool> StrikeAsync(Fault fault, CancellationToken cancel)
    {
        switch (fault.Kind)
        {
            case FaultKind.Kill:
                await WorkerOf(fault).KillAsync(cancel);
                return true;
            case FaultKind.Freeze:
                await WorkerOf(fault).FreezeAsync(fault.Lasts, cancel);
                return true;
            case FaultKind.FillDisk:
                await WorkerOf(fault).FillDiskAsync(fault.Lasts, cancel);
                return true;
            case FaultKind.KillFfmpeg:
                return await UntilAsync(fault, () => WorkerOf(fault).KillFfmpeg() > 0, cancel);
            case FaultKind.TruncateOriginal:
                return TruncateOriginal(fault);
            case FaultKind.TruncateFrames:
                return await UntilAsync(fault, TruncateFrames, cancel);
            case FaultKind.LockDatabase:
                return await LockAsync(fault, cancel);
            default:
                await CloseAsync(fault, cancel);
                return true;
        }
    }

    private Worker WorkerOf(Fault fault) => installation.Workers.First(worker => worker.Name == fault.Target.Split('/')[0]);

    private async Task<bool> UntilAsync(Fault fault, Func<bool> strike, CancellationToken cancel)
    {
        for (var started = time.GetTimestamp(); time.GetElapsedTime(started) < fault.Lasts;
            await Task.Delay(s_glance, time, cancel))
            if (strike())
                return true;
        return false;
    }

    /// <summary>Holds a database, as a backup or a person with a tool does who forgets it.</summary>
    private async Task<bool> LockAsync(Fault fault, CancellationToken cancel)
    {
        var path = Path.Combine(WorkerOf(fault).Data, fault.Target.Split('/')[1]);
        try
        {
            await using var connection = new SqliteConnection($"Data Source={path};Mode=ReadWrite;Pooling=False");
            await connection.OpenAsync(cancel);
            await using var held = await connection.BeginTransactionAsync(cancel); // Immediate: nobody else writes.
            await Task.Delay(fault.Lasts, time, cancel);
            return true;
        }
        catch (SqliteException)
        {
            return false; // The worker held it for too long itself.
        }
    }

    private async Task CloseAsync(Fault fault, CancellationToken cancel)
    {
        var gates = installation.Gates[fault.Target];
        try
        {
            foreach (var gate in gates)
                gate.Set(fault.Kind switch
                {
                    FaultKind.Cut => GateState.Cut,
                    FaultKind.Stall => GateState.Stalled,
                    _ => GateState.Slow,
                });
            await Task.Delay(fault.Lasts, time, cancel);
        }
        finally
        {
            foreach (var gate in gates)
                gate.Set(GateState.Open);
        }
    }

    private bool TruncateOriginal(Fault fault)
    {
        var video = ledger.Take(video => video is { Promise: Promise.Kept, IsDamaged: false }, fault.Pick);
        if (video is null)
            return false;
        try
        {
            // One that was killed on its way may have left a copy, too.
            var copies = Directory.GetFiles(Path.Combine(installation.Blobs, VideoBlobs.Originals), video.Sha256,
                SearchOption.AllDirectories);
            if (copies.Where(Halve).ToList().Count == 0)
                return false;
            (video.HasDamagedOriginal, video.IsDamaged) = (true, true);
            return true;
        }
        finally
        {
            ledger.Return(video);
        }
    }

    private bool TruncateFrames()
    {
        var folder = new DirectoryInfo(Path.Combine(installation.Blobs, VideoBlobs.Frames));
        foreach (var pack in folder.Exists ? folder.GetFiles() : [])
            if (Guid.TryParse(Path.GetFileNameWithoutExtension(pack.Name), out var id) && ledger.Find(id) is { } video
                && Halve(pack.FullName))
            {
                video.IsDamaged = true;
                return true;
            }
        return false;
    }

    private static bool Halve(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            file.SetLength(file.Length / 2);
            return true;
        }
        catch (IOException)
        {
            return false; // It is gone meanwhile.
        }
    }
}
